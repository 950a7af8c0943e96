import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.js';
import { createLane, type Lane, type Timed } from '../lane.js';
import { type AnswerHeaders, beginsAlike, findHeader } from './answer-headers.js';
import type { CallControl, Cancelable } from './call-control.js';
import type { Connection } from './connection-pool.js';
import { classifyFailure, type ExchangeFailure, failure } from './failure.js';
import type { HttpAnswer, HttpRequest } from './http-message.js';

export interface Answered {
  readonly kind: 'answer';
  readonly answer: HttpAnswer;
}
export interface Canceled {
  readonly kind: 'canceled';
}

/** The time until which the request may leave had passed when its connection was ready; it was not sent. */
export interface Expired {
  readonly kind: 'expired';
  /** True where an earlier one of the same attempt was, and was answered with a redirect. */
  readonly sent: boolean;
}

/** What one exchange came to. */
export type ExchangeOutcome = Answered | ExchangeFailure | Canceled | Expired;

export interface ExchangeResult {
  readonly outcome: ExchangeOutcome;
  /** False where the connection is left in an unknown state. */
  readonly reusable: boolean;
}

/** How much time and room an exchange has. When the time is up the request is torn down; the failure is `timeout`. */
export interface ExchangeLimits {
  /** Monotonic milliseconds at which it begins. */
  readonly now: number;
  /** Milliseconds until the last byte of the body. */
  readonly timeoutMs: number;
  /** Of that duration, where others have it too; a timer of its own otherwise. */
  readonly lane: ExchangeLane | undefined;
  /** Milliseconds that the upstream may be silent within that. */
  readonly recvTimeoutMs: number;
  /** Largest body accepted, as it comes over the wire. */
  readonly maxBytes: number;
  /** Monotonic milliseconds from which on the request may not leave any more: a token in it has expired. */
  readonly notAfter: number;
}

/**
 * Sends one request over one connection and reads the whole answer.
 *
 * Sending only: whether the answer is good, and whether to try again, is decided elsewhere.
 */
export function exchange(
  connection: Connection,
  request: HttpRequest,
  limits: ExchangeLimits,
  clock: Clock,
  control: CallControl,
): Promise<ExchangeResult> {
  // Before the connection is touched, so that it stays as good as it is.
  if (limits.now >= limits.notAfter) return Promise.resolve({ outcome: EXPIRED, reusable: true });
  return new Promise((resolve, reject) => {
    const handler = new Exchange(request, limits, clock, control, resolve, reject);
    handler.begin();
    connection.client.dispatch(
      {
        method: request.method,
        path: request.path,
        headers: request.headers as string[],
        body: request.body ?? null,
      },
      handler,
    );
    handler.waits();
  });
}

/** Exchanges that all may take the same time. */
export type ExchangeLane = Lane<Exchange>;

export function createExchangeLane(clock: Clock, timeoutMs: number): ExchangeLane {
  return createLane(clock, timeoutMs, (exchange) => exchange.timeOut());
}

/**
 * The state of one exchange, and what undici calls as it goes on.
 *
 * A class, for speed: with closures over one scope a call cost a dozen objects, some of which V8 took for long-lived and
 * kept out of reach of its cheap garbage collection, with all that they referred to. Of undici's two interfaces for
 * handlers it has the older: behind the newer one each call gets two objects more, and each header field a string.
 */
class Exchange implements Dispatcher.DispatchHandler, Cancelable, Timed<Exchange> {
  dueAt = 0;
  lane: ExchangeLane | undefined = undefined;
  earlier: Exchange | undefined = undefined;
  later: Exchange | undefined = undefined;

  private readonly request: HttpRequest;
  private readonly limits: ExchangeLimits;
  private readonly clock: Clock;
  private readonly control: CallControl;
  private readonly resolve: (result: ExchangeResult) => void;
  private readonly reject: (error: Error) => void;
  private hadToWait = false;
  private abort: ((error?: Error) => void) | undefined = undefined;
  private stopTimer: () => void = nothing;
  private stopSilence: () => void = nothing;
  private settled = false;
  private status = 0;
  private headers: AnswerHeaders = NO_HEADERS;
  private body: Buffer | Buffer[] = NO_BODY;
  private size = 0;

  constructor(
    request: HttpRequest,
    limits: ExchangeLimits,
    clock: Clock,
    control: CallControl,
    resolve: (result: ExchangeResult) => void,
    reject: (error: Error) => void,
  ) {
    this.request = request;
    this.limits = limits;
    this.clock = clock;
    this.control = control;
    this.resolve = resolve;
    this.reject = reject;
  }

  /** From here on it can be cancelled, and its time runs. */
  begin(): void {
    const { lane, now, timeoutMs } = this.limits;
    if (lane !== undefined) lane.join(this, now);
    else this.stopTimer = this.clock.after(timeoutMs, () => this.timeOut());
    this.control.waitsFor = this;
  }

  timeOut(): void {
    const detail = `no whole answer within ${Math.round(this.limits.timeoutMs)} ms`;
    this.tearDown(failure('timeout', this.abort !== undefined, detail));
  }

  /** undici has the request: where the connection was open it has begun by now. */
  waits(): void {
    this.hadToWait = true;
  }

  /** Whether it did while the connection was made. Where there was nothing to wait for, its time is that of the begin. */
  private hasExpiredWaiting(): boolean {
    const { notAfter } = this.limits;
    return this.hadToWait && notAfter !== Number.POSITIVE_INFINITY && this.clock.monotonic() >= notAfter;
  }

  cancel(): void {
    this.tearDown({ kind: 'canceled' });
  }

  /** undici calls this just before it writes the first byte: from here on the upstream may act on the request. */
  onConnect(abort: (error?: Error) => void): void {
    if (!this.settled && this.hasExpiredWaiting()) this.settle(EXPIRED, false);
    if (this.settled) {
      abort(new Error('the call had ended before its connection was made'));
      return;
    }
    this.abort = abort;
    this.heard();
  }

  // Of the two that follow, false would mean that nothing more may come at the moment.

  onHeaders(status: number, headers: AnswerHeaders): boolean {
    this.heard();
    if (status < 200) return true; // 1xx: an interim answer (RFC 9110 §15.2)
    this.status = status;
    this.headers = headers;
    const { maxBytes } = this.limits;
    const refusal = hasBody(this.request, status) ? refuseHead(headers, maxBytes) : undefined;
    if (refusal !== undefined) this.tearDown(failure('bad_answer', true, refusal));
    // Complete with its head (RFC 9112 §6.3). undici would miss the body that a Content-Length on it speaks of.
    if (status === 204 || status === 304) this.answer(NO_BODY);
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.heard();
    this.size += chunk.length;
    const { maxBytes } = this.limits;
    if (this.size > maxBytes) this.tearDown(failure('bad_answer', true, tooLarge(maxBytes)));
    // Most answers come in one piece.
    else if (this.size === chunk.length) this.body = chunk;
    else if (Array.isArray(this.body)) this.body.push(chunk);
    else this.body = [this.body, chunk];
    return true;
  }

  onComplete(): void {
    this.answer(Array.isArray(this.body) ? Buffer.concat(this.body, this.size) : this.body);
  }

  onError(error: Error): void {
    // A request that undici will not write is our own fault, not the upstream's.
    if ('code' in error && error.code === 'UND_ERR_INVALID_ARG') this.reject(error);
    // Never to be used again: after some failures (a certificate for another name) undici's Client stays stuck.
    this.settle(classifyFailure(error, this.abort !== undefined), false);
  }

  private answer(body: Buffer): void {
    const answer = { status: this.status, headers: this.headers, body };
    this.settle({ kind: 'answer', answer }, true);
  }

  private settle(outcome: ExchangeOutcome, reusable: boolean): void {
    if (this.settled) return;
    this.settled = true;
    this.lane?.leave(this);
    this.stopTimer();
    this.stopSilence();
    this.control.waitsFor = undefined;
    this.resolve({ outcome, reusable });
  }

  /**
   * Ends the exchange from our side. A request still waiting for its socket can't be taken back, only orphaned; and for
   * one that was aborted undici would connect once more before it drops it. So the connection is given up either way.
   */
  private tearDown(outcome: ExchangeOutcome): void {
    this.settle(outcome, false);
    this.abort?.(new Error('torn down by the gateway'));
  }

  /** Watches that the upstream is not silent for too long. */
  private heard(): void {
    const { recvTimeoutMs, timeoutMs } = this.limits;
    // A silence that is no shorter than the whole time needs no watch of its own.
    if (recvTimeoutMs >= timeoutMs || this.settled) return;
    this.stopSilence();
    this.stopSilence = this.clock.after(recvTimeoutMs, () => {
      const detail = `silent for longer than pool.recv_timeout (${recvTimeoutMs} ms)`;
      this.tearDown(failure('timeout', true, detail));
    });
  }
}

const nothing = (): void => {};
const EXPIRED: Expired = { kind: 'expired', sent: false };
const NO_HEADERS: AnswerHeaders = [];
const NO_BODY = Buffer.alloc(0);

/** Other answers have headers that speak of the body which they would have (RFC 9110 §6.4.1). */
function hasBody(request: HttpRequest, status: number): boolean {
  return request.method !== 'HEAD' && status !== 204 && status !== 304;
}

/** Answers that need not be read to be refused. */
function refuseHead(headers: AnswerHeaders, maxBytes: number): string | undefined {
  const type = findHeader(headers, 'content-type');
  if (type !== undefined && beginsAlike(type, 'text/event-stream')) {
    return 'the upstream answered with an event stream, which never ends';
  }
  const length = findHeader(headers, 'content-length');
  return length !== undefined && numberIn(length) > maxBytes ? tooLarge(maxBytes) : undefined;
}

/** What is no number has been refused by undici already. */
function numberIn(digits: Buffer): number {
  let number = 0;
  for (const digit of digits) number = number * 10 + (digit - 0x30);
  return number;
}

function tooLarge(maxBytes: number): string {
  return `the answer is larger than it may be (${maxBytes} bytes)`;
}
