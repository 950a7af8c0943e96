import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.js';
import { createSharedTimer, type SharedTimer, type Timed } from '../collections/shared-timer.js';
import type { Abandonments } from './abandonments.js';
import type { CallControl, Cancelable } from './call-control.js';
import type { Connection, ConnectionState } from './connection-pool.js';
import { classifyFailure, type ExchangeFailure, failure, HEADERS_TOO_LONG } from './exchange-failure.js';
import type { HttpRequest, HttpResponse } from './http-message.js';
import type { InterimListener } from './interim-responses.js';
import { beginsAlike, isAlike, type ResponseHeaders, responseHeader } from './response-headers.js';

export interface Responded {
  readonly kind: 'response';
  readonly response: HttpResponse;
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
export type ExchangeOutcome = Responded | ExchangeFailure | Canceled | Expired;

export interface ExchangeResult {
  readonly outcome: ExchangeOutcome;
  /** How the connection is left; a promise where the caller has gone and the upstream is still at work on the request. */
  readonly connection: ConnectionState | Promise<ConnectionState>;
  /**
   * True where a used connection was closed before one byte of the response came: the server had ended it already, as
   * servers do, and the failure says nothing about its health.
   */
  readonly isStale: boolean;
}

/** How much time and room an exchange has. When the time is up the request is torn down; the failure is `timeout`. */
export interface ExchangeLimits {
  /** Monotonic milliseconds at which it begins. */
  readonly now: number;
  /** Milliseconds until the last byte of the body. */
  readonly timeoutMs: number;
  /** As many as the upstream would have if the caller stayed; no less than `timeoutMs`. */
  readonly wholeMs: number;
  readonly abandonments: Abandonments;
  /** The connection carries this one request, and the server is told so. */
  readonly closes: boolean;
  /** Of that duration, where others have it too; a timer of its own otherwise. */
  readonly timer: ExchangeTimer | undefined;
  /** Milliseconds that the upstream may be silent within that. */
  readonly recvTimeoutMs: number;
  /** Largest body accepted, as it comes over the wire. */
  readonly maxBytes: number;
  /** Names and values of all header fields together. */
  readonly maxHeaderBytes: number;
  /** Monotonic milliseconds from which on the request may not leave any more: a token in it has expired. */
  readonly notAfter: number;
}

/** With one that undici takes and does not declare. */
interface DispatchOptions extends Dispatcher.DispatchOptions {
  /** One and the same for all, or undici would close the connection where the next request has another Host header. */
  readonly servername: string;
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
  if (limits.now >= limits.notAfter) {
    return Promise.resolve({ outcome: EXPIRED, connection: 'good', isStale: false });
  }
  return new Promise((resolve, reject) => {
    const handler = new Exchange(connection, request, limits, clock, control, resolve, reject);
    handler.begin();
    const options: DispatchOptions = {
      method: request.method,
      path: request.path,
      headers: request.headers as string[],
      body: request.body ?? null,
      servername: SAME_SERVER,
      // What undici does for HEAD by itself; any value here overrules it.
      reset: limits.closes || request.method === 'HEAD',
    };
    connection.client.dispatch(options, handler);
    handler.waits();
  });
}

/** Exchanges that all may take the same time. */
export type ExchangeTimer = SharedTimer<Exchange>;

export function createExchangeTimer(clock: Clock, timeoutMs: number): ExchangeTimer {
  return createSharedTimer(clock, timeoutMs, (exchange) => exchange.timeOut());
}

/**
 * The state of one exchange, and what undici calls as it goes on.
 *
 * A class, for speed: with closures over one scope a call cost a dozen objects, some of which V8 took for long-lived and
 * kept out of reach of its cheap garbage collection, with all that they referred to. Of undici's two interfaces for
 * handlers it has the older: behind the newer one each call gets two objects more, and each header field a string.
 */
class Exchange implements Dispatcher.DispatchHandler, Cancelable, InterimListener, Timed<Exchange> {
  dueAt = 0;
  timer: ExchangeTimer | undefined = undefined;
  earlier: Exchange | undefined = undefined;
  later: Exchange | undefined = undefined;

  private readonly connection: Connection;
  private readonly request: HttpRequest;
  private readonly limits: ExchangeLimits;
  private readonly clock: Clock;
  private readonly control: CallControl;
  private readonly resolve: (result: ExchangeResult) => void;
  private readonly reject: (error: Error) => void;
  private hadToWait = false;
  /** Its connection had brought a response before. */
  private wasUsed = false;
  private abort: ((error?: Error) => void) | undefined = undefined;
  private stopTimer: () => void = nothing;
  private stopSilence: () => void = nothing;
  /** The call has its outcome. */
  private settled = false;
  /** The call has gone, and the request runs on: see {@link Exchange.leave}. */
  private leftTo: ((state: ConnectionState) => void) | undefined = undefined;
  private status = 0;
  private headers: ResponseHeaders = NO_HEADERS;
  private body: Buffer | Buffer[] = NO_BODY;
  private size = 0;
  /** Chunks at the end of the body that stand alone. */
  private loose = 0;

  constructor(
    connection: Connection,
    request: HttpRequest,
    limits: ExchangeLimits,
    clock: Clock,
    control: CallControl,
    resolve: (result: ExchangeResult) => void,
    reject: (error: Error) => void,
  ) {
    this.connection = connection;
    this.request = request;
    this.limits = limits;
    this.clock = clock;
    this.control = control;
    this.resolve = resolve;
    this.reject = reject;
  }

  /** From here on it can be cancelled, and its time runs. */
  begin(): void {
    const { timer, now, timeoutMs } = this.limits;
    if (timer !== undefined) timer.join(this, now);
    else this.stopTimer = this.clock.after(timeoutMs, () => this.timeOut());
    this.control.waitsFor = this;
  }

  timeOut(): void {
    const { timeoutMs, wholeMs } = this.limits;
    const hadWholeTime = timeoutMs >= wholeMs;
    // The same for all whose deadline came first, whatever time each had: the log sums up what is the same.
    const detail = hadWholeTime
      ? `no whole answer within ${Math.round(wholeMs)} ms`
      : 'no whole answer before the deadline';
    const outcome = failure('timeout', this.abort !== undefined, detail);
    // The upstream has had its time. Only a caller that gives it less leaves it at work.
    if (hadWholeTime || this.settled) this.tearDown(outcome);
    else this.leave(outcome);
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
    if (this.control.canceledBy === 'gateway') this.tearDown({ kind: 'canceled' });
    else this.leave({ kind: 'canceled' });
  }

  /** undici calls this just before it writes the first byte: from here on the upstream may act on the request. */
  onConnect(abort: (error?: Error) => void): void {
    if (!this.settled && this.hasExpiredWaiting()) this.settle(EXPIRED, 'good');
    if (this.settled) {
      this.end('good');
      // undici drops the request, and keeps the connection, which `abort` would close.
      throw ENDED_BEFORE;
    }
    this.abort = abort;
    this.wasUsed = this.connection.used;
    this.connection.filter?.expectResponse(this);
    this.heard();
  }

  // Of the two that follow, false would mean that nothing more may come at the moment.

  onHeaders(status: number, headers: ResponseHeaders): boolean {
    this.heard();
    this.status = status;
    this.headers = headers;
    this.connection.filter?.goOn();
    const { maxBytes, maxHeaderBytes } = this.limits;
    const refusal =
      refuseLength(headers, maxHeaderBytes) ??
      (hasBody(this.request, status) ? refuseHead(headers, maxBytes) : undefined);
    if (refusal !== undefined) this.tearDown(failure('bad_answer', true, refusal));
    // Complete with its head (RFC 9112 §6.3). undici would miss the body that a Content-Length on it speaks of.
    if (status === 204 || status === 304) this.answer(NO_BODY, announcesBody(headers) ? 'broken' : 'resting');
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.heard();
    this.connection.filter?.goOn();
    this.size += chunk.length;
    const { maxBytes } = this.limits;
    if (this.size > maxBytes) this.tearDown(failure('bad_answer', true, tooLarge(maxBytes)));
    // Most answers come in one piece.
    // Nobody waits for the body any more.
    else if (this.leftTo !== undefined) return true;
    else if (this.size === chunk.length) this.body = chunk;
    else this.body = append(this.body, chunk, ++this.loose);
    if (this.loose === MERGED_CHUNKS) this.loose = 0;
    return true;
  }

  onComplete(): void {
    this.connection.filter?.complete();
    const body = Array.isArray(this.body) ? Buffer.concat(this.body, this.size) : this.body;
    this.answer(body, this.request.method === 'HEAD' ? 'resting' : 'good');
  }

  onError(error: Error): void {
    // A request that undici will not write is our own fault, not the upstream's.
    if ('code' in error && error.code === 'UND_ERR_INVALID_ARG') this.reject(error);
    const outcome = classifyFailure(error, this.abort !== undefined);
    const isStale = this.wasUsed && this.status === 0 && outcome.code === 'connect';
    // Never to be used again: after some failures (a certificate for another name) undici's Client stays stuck.
    this.settle(outcome, 'broken', isStale);
  }

  private answer(body: Buffer, connection: ConnectionState): void {
    const answer = { status: this.status, headers: this.headers, body };
    this.settle({ kind: 'response', response: answer }, connection);
  }

  private settle(
    outcome: ExchangeOutcome,
    connection: ConnectionState | Promise<ConnectionState>,
    isStale = false,
  ): void {
    if (this.settled) {
      this.end(connection as ConnectionState);
      return;
    }
    this.settled = true;
    if (typeof connection === 'string') this.stopWatching();
    this.control.waitsFor = undefined;
    this.resolve({ outcome, connection, isStale });
  }

  private stopWatching(): void {
    this.timer?.leave(this);
    this.stopTimer();
    this.stopSilence();
  }

  /** The request that was left to itself has come to its end. */
  private end(connection: ConnectionState): void {
    const { leftTo } = this;
    if (leftTo === undefined) return;
    this.leftTo = undefined;
    this.stopWatching();
    leftTo(connection);
  }

  /**
   * Ends the exchange from our side. A request still waiting for its socket can't be taken back, only orphaned; and for
   * one that was aborted undici would connect once more before it drops it. So the connection is given up either way.
   */
  private tearDown(outcome: ExchangeOutcome): void {
    this.settle(outcome, 'broken');
    this.abort?.(new Error('torn down by the gateway'));
  }

  /**
   * The caller wants no answer any more. The connection is closed, so that the upstream may notice and stop; but many do
   * not, and callers who leave again and again would put more and more requests to them. Beyond the budget a request keeps
   * its place for as long as it would have had it: until it is answered, or its whole time is over.
   */
  private leave(outcome: ExchangeOutcome): void {
    const { now, wholeMs, abandonments } = this.limits;
    const time = this.clock.monotonic();
    const remainingMs = now + Math.min(wholeMs, LONGEST_STAY_MS) - time;
    if (remainingMs <= 0 || abandonments.take(time)) {
      this.tearDown(outcome);
      return;
    }
    const ended = new Promise<ConnectionState>((resolve) => {
      this.leftTo = resolve;
    });
    this.body = NO_BODY;
    this.timer?.leave(this);
    this.stopTimer();
    this.stopTimer = this.clock.after(remainingMs, () => this.timeOut());
    this.settle(outcome, ended);
  }

  /** Watches that the upstream is not silent for too long. An interim response is heard too. */
  heard(): void {
    const { recvTimeoutMs, timeoutMs } = this.limits;
    // A silence that is no shorter than the whole time needs no watch of its own.
    if (recvTimeoutMs >= timeoutMs || (this.settled && this.leftTo === undefined)) return;
    this.stopSilence();
    this.stopSilence = this.clock.after(recvTimeoutMs, () => {
      const detail = `silent for longer than pool.recv_timeout (${recvTimeoutMs} ms)`;
      this.tearDown(failure('timeout', true, detail));
    });
  }
}

/** Longer than this no request keeps its place for a caller that has gone, whatever `timeout` says. */
export const LONGEST_STAY_MS = 60_000;

const nothing = (): void => {};
const EXPIRED: Expired = { kind: 'expired', sent: false };
const ENDED_BEFORE = new Error('the call had ended before its connection was made');
const NO_HEADERS: ResponseHeaders = [];
const NO_BODY = Buffer.alloc(0);
/** Any text, as connector.ts knows the real name. */
const SAME_SERVER = 'upstream';

/** Chunks may hold one byte, and each costs a hundred as an object: so many are made one. */
const MERGED_CHUNKS = 1_024;

function append(body: Buffer | Buffer[], chunk: Buffer, loose: number): Buffer[] {
  const chunks = Array.isArray(body) ? body : [body];
  chunks.push(chunk);
  if (loose === MERGED_CHUNKS) chunks.push(Buffer.concat(chunks.splice(-MERGED_CHUNKS)));
  return chunks;
}

/** Other answers have headers that speak of the body which they would have (RFC 9110 §6.4.1). */
function hasBody(request: HttpRequest, status: number): boolean {
  return request.method !== 'HEAD' && status !== 204 && status !== 304;
}

/** Undici would miss the body that the head of a 204 or 304 speaks of, and take it for the next response. */
function announcesBody(headers: ResponseHeaders): boolean {
  const length = responseHeader(headers, 'content-length');
  if (length !== undefined && numberIn(length) > 0) return true;
  return responseHeader(headers, 'transfer-encoding') !== undefined;
}

function refuseLength(headers: ResponseHeaders, most: number): string | undefined {
  let size = 0;
  for (const octets of headers) size += octets.length;
  return size >= most ? HEADERS_TOO_LONG : undefined;
}

/** Answers that need not be read to be refused. */
function refuseHead(headers: ResponseHeaders, maxBytes: number): string | undefined {
  const type = responseHeader(headers, 'content-type');
  if (type !== undefined && beginsAlike(type, 'text/event-stream')) {
    return 'the upstream answered with an event stream, which never ends';
  }
  const length = responseHeader(headers, 'content-length');
  // The parser refuses a response with both fields.
  if (length === undefined) return refuseCoding(headers);
  return numberIn(length) > maxBytes ? tooLarge(maxBytes) : undefined;
}

/** `identity` is no coding, and was one in RFC 2616 §3.6. */
const KNOWN_CODINGS = ['chunked', 'identity', ''];

/** The body of a transfer coding that we do not undo is not the content (RFC 9112 §6.1). */
function refuseCoding(headers: ResponseHeaders): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    const isField = isAlike(headers[index] as Buffer, 'transfer-encoding');
    if (isField && !KNOWN_CODINGS.some((coding) => isAlike(headers[index + 1] as Buffer, coding))) {
      return 'a transfer coding that we did not ask for';
    }
  }
  return undefined;
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
