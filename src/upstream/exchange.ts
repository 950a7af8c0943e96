import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.js';
import { createSharedTimer, type SharedTimer, type Timed } from '../collections/shared-timer.js';
import type { Abandonments } from './abandonments.js';
import type { CallControl, Cancelable } from './call-control.js';
import type { Connection, ConnectionState } from './connection-pool.js';
import { classifyFailure, failure } from './exchange-failure.js';
import type { ExchangeOutcome, ExchangeResult, Expired } from './exchange-outcome.js';
import type { HttpRequest } from './http-message.js';
import type { InterimListener } from './interim-responses.js';
import { appendChunk, MERGED_CHUNKS } from './merge-chunks.js';
import { CREDENTIALS_REFUSED, PROXY_AUTHENTICATION_REQUIRED } from './proxy/proxy-failure.js';
import { announcesBody, hasBody, refuseResponse, tooLarge } from './response-head.js';
import type { ResponseHeaders } from './response-headers.js';
import { ResponseStream } from './response-stream.js';
import type { StreamRule } from './stream-rule.js';

/** The settings for all exchanges of a service. */
export interface ExchangeRules {
  readonly abandonments: Abandonments;
  /** True if a connection carries only one request. The request then has `Connection: close`. */
  readonly closes: boolean;
  /** Maximum milliseconds of silence of the upstream during an exchange. */
  readonly recvTimeoutMs: number;
  /** The maximum bytes of the body, as transferred. */
  readonly maxBytes: number;
  /** The maximum bytes of all header names and values together. */
  readonly maxHeaderBytes: number;
}

/** The time that an exchange may take. After it, the exchange fails with `timeout`. */
export interface ExchangeLimits {
  readonly rules: ExchangeRules;
  /** Monotonic milliseconds at which the exchange begins. */
  readonly now: number;
  /** Milliseconds until the last byte of the body. */
  readonly timeoutMs: number;
  /** Milliseconds of the service setting `timeout`. At least `timeoutMs`. */
  readonly wholeMs: number;
  /** A shared timer of `timeoutMs`. If undefined, the exchange starts a timer of its own. */
  readonly timer: ExchangeTimer | undefined;
  /**
   * Monotonic milliseconds. The request must not be sent at or after this time, because its token
   * has expired.
   */
  readonly notAfter: number;
}

/** undici's options, and one that it accepts but does not declare. */
interface DispatchOptions extends Dispatcher.DispatchOptions {
  /** Always the same value. Otherwise undici closes the connection when the Host header changes. */
  readonly servername: string;
}

/**
 * Sends one request over one connection and reads the complete response.
 *
 * It does not evaluate the response, and does not decide whether to try again.
 */
export function exchange(
  connection: Connection,
  request: HttpRequest,
  limits: ExchangeLimits,
  clock: Clock,
  control: CallControl,
): Promise<ExchangeResult> {
  // Checks this before the connection is used, so that the connection stays good.
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
      // By default, undici closes the connection after HEAD. A value here replaces that default, so
      // this condition includes HEAD.
      reset: limits.rules.closes || request.method === 'HEAD',
    };
    connection.client.dispatch(options, handler);
    handler.waits();
  });
}

/** A timer that all exchanges of the same duration share. */
export type ExchangeTimer = SharedTimer<Exchange>;

export function createExchangeTimer(clock: Clock, timeoutMs: number): ExchangeTimer {
  return createSharedTimer(clock, timeoutMs, (exchange) => exchange.timeOut());
}

/**
 * The state of one exchange, and the handler that undici calls.
 *
 * It is a class for speed. Closures would cost a dozen objects for each call. V8 moves some of them
 * to its old space, where only a full garbage collection frees them and everything that they refer
 * to.
 *
 * It implements the older one of undici's two handler interfaces. The newer one costs two more
 * objects for each call, and a string for each header field.
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
  /** True if the connection carried a response before this exchange. */
  private wasUsed = false;
  private abort: ((error?: Error) => void) | undefined = undefined;
  private stopTimer: () => void = nothing;
  private stopSilence: () => void = nothing;
  /** True once the call has its outcome. */
  private settled = false;
  /** Set if the call has ended and the request continues. See {@link Exchange.leave}. */
  private leftTo: ((state: ConnectionState) => void) | undefined = undefined;
  private status = 0;
  private headers: ResponseHeaders = NO_HEADERS;
  private body: Buffer | Buffer[] = NO_BODY;
  private size = 0;
  /** Chunks at the end of `body` that are not merged yet. */
  private loose = 0;
  /** The body, if the call takes it while it arrives. */
  private stream: ResponseStream | undefined = undefined;

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

  /** Starts the timer and makes the exchange cancelable. */
  begin(): void {
    const { timer, now, timeoutMs } = this.limits;
    if (timer !== undefined) timer.join(this, now);
    else this.stopTimer = this.clock.after(timeoutMs, () => this.timeOut());
    this.control.waitsFor = this;
  }

  timeOut(): void {
    const { timeoutMs, wholeMs } = this.limits;
    const hadWholeTime = timeoutMs >= wholeMs;
    // The message has no milliseconds, so that the log can combine the lines of calls that reached
    // their deadline.
    const detail = hadWholeTime
      ? `no complete response within ${Math.round(wholeMs)} ms`
      : 'no complete response before the deadline';
    const outcome = failure('timeout', this.abort !== undefined, detail);
    // After the whole time, nobody waits for the upstream. After a shorter deadline, the upstream
    // may continue to work.
    if (hadWholeTime || this.settled) this.tearDown(outcome);
    else this.leave(outcome);
  }

  /**
   * Called after undici has accepted the request. If the connection was open, undici has already
   * called `onConnect`. If it must open one, it calls `onConnect` later.
   */
  waits(): void {
    this.hadToWait = true;
  }

  /**
   * True if `notAfter` passed while the connection was being opened. If the connection was already
   * open, the check in `exchange` is enough.
   */
  private hasExpiredWaiting(): boolean {
    const { notAfter } = this.limits;
    return this.hadToWait && notAfter !== Number.POSITIVE_INFINITY && this.clock.monotonic() >= notAfter;
  }

  cancel(): void {
    if (this.control.canceledBy === 'gateway') this.tearDown(CANCELED);
    else this.leave(CANCELED);
  }

  /**
   * undici calls this just before it writes the first byte. From then on, the upstream may act on
   * the request.
   */
  onConnect(abort: (error?: Error) => void): void {
    if (!this.settled && this.hasExpiredWaiting()) this.settle(EXPIRED, 'good');
    if (this.settled) {
      this.end('good');
      // With an error, undici drops the request and keeps the connection. `abort` would close the
      // connection.
      throw ENDED_BEFORE;
    }
    this.abort = abort;
    this.wasUsed = this.connection.used;
    this.connection.filter?.expectResponse(this);
    this.heard();
  }

  // `onHeaders` and `onData` return true, so that undici continues reading. A stream stops reading
  // in another way; see ResponseStream.

  onHeaders(status: number, headers: ResponseHeaders): boolean {
    this.heard();
    // Such a request has not reached the upstream.
    if (status === PROXY_AUTHENTICATION_REQUIRED && this.connection.hasProxy) {
      this.tearDown(failure('connect', false, CREDENTIALS_REFUSED, true));
      return true;
    }
    this.status = status;
    this.headers = headers;
    this.connection.filter?.resetUnheard();
    const streams = this.settled || !hasBody(this.request, status) ? undefined : this.control.streams;
    const isStream = streams?.accepts(status, headers) === true;
    const refusal = refuseResponse(this.request, status, headers, this.limits.rules, isStream);
    if (refusal !== undefined) this.tearDown(failure('bad_answer', true, refusal));
    else if (isStream) this.beginStream(streams as StreamRule);
    // These responses have no body (RFC 9112 §6.3). If they have a Content-Length, undici reports
    // the body as missing.
    if (status === 204 || status === 304)
      this.succeed(NO_BODY, announcesBody(headers) ? 'broken' : 'resting');
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.connection.filter?.resetUnheard();
    if (this.stream !== undefined) {
      this.stream.push(chunk);
      return true;
    }
    this.heard();
    this.size += chunk.length;
    const { maxBytes } = this.limits.rules;
    if (this.size > maxBytes) this.tearDown(failure('bad_answer', true, tooLarge(maxBytes)));
    // Nobody waits for the body any more.
    else if (this.leftTo !== undefined) return true;
    // Most bodies arrive in one chunk.
    else if (this.size === chunk.length) this.body = chunk;
    else this.body = appendChunk(this.body, chunk, ++this.loose);
    if (this.loose === MERGED_CHUNKS) this.loose = 0;
    return true;
  }

  onComplete(): void {
    this.connection.filter?.complete();
    this.stream?.finish(COMPLETE);
    const body = Array.isArray(this.body) ? Buffer.concat(this.body, this.size) : this.body;
    this.succeed(body, this.request.method === 'HEAD' ? 'resting' : 'good');
  }

  onError(error: Error): void {
    // undici refuses to write an invalid request. This is a bug in the gateway, not a failure of
    // the upstream.
    if ('code' in error && error.code === 'UND_ERR_INVALID_ARG') this.reject(error);
    const outcome = classifyFailure(error, this.abort !== undefined);
    this.stream?.finish(outcome);
    const isStale = this.wasUsed && this.status === 0 && outcome.code === 'connect';
    // After some failures, such as a certificate for another name, undici's Client does not work
    // any more.
    this.settle(outcome, 'broken', isStale);
  }

  private succeed(body: Buffer, connection: ConnectionState): void {
    const response = { status: this.status, headers: this.headers, body };
    this.settle({ kind: 'response', response }, connection);
  }

  /**
   * Ends the exchange with the head. The limits of time end with it, and the connection stays busy
   * until the body has ended.
   */
  private beginStream({ idleMs }: StreamRule): void {
    const { filter } = this.connection;
    filter?.allowAnyLength();
    const body = new ResponseStream(filter, () => this.tearDown(CANCELED), idleMs, this.clock);
    this.stream = body;
    const ended = new Promise<ConnectionState>((resolve) => {
      this.leftTo = resolve;
    });
    this.stopWatching();
    this.settle({ kind: 'stream', status: this.status, headers: this.headers, body }, ended);
    this.control.waitsFor = body;
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

  /** Reports the connection's state when a request ends after its call. */
  private end(connection: ConnectionState): void {
    const { leftTo } = this;
    if (leftTo === undefined) return;
    this.leftTo = undefined;
    this.stopWatching();
    leftTo(connection);
  }

  /**
   * Ends the exchange and gives up the connection. It cannot keep the connection: if a request waits
   * for its socket, undici cannot remove this request. It drops an aborted request only after it
   * has connected once more.
   */
  private tearDown(outcome: ExchangeOutcome): void {
    this.settle(outcome, 'broken');
    this.abort?.(new Error('torn down by the gateway'));
  }

  /**
   * Handles a caller that does not want the response any more. Within the budget, closes the
   * connection, so that the upstream can notice and stop. Many upstreams do not notice. With them,
   * a client that cancels repeatedly would cause more and more running requests. So beyond the
   * budget, the request keeps its place in the pool until its response is complete or its whole
   * time is over.
   */
  private leave(outcome: ExchangeOutcome): void {
    const { now, wholeMs, rules } = this.limits;
    const time = this.clock.monotonic();
    const remainingMs = now + Math.min(wholeMs, LONGEST_STAY_MS) - time;
    if (remainingMs <= 0 || rules.abandonments.take(time)) {
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

  /**
   * Restarts the timer for silence, because the upstream has sent something. This includes interim
   * responses.
   */
  heard(): void {
    const { recvTimeoutMs } = this.limits.rules;
    // The timer for the whole exchange is enough if it fires first.
    if (recvTimeoutMs >= this.limits.timeoutMs || (this.settled && this.leftTo === undefined)) return;
    this.stopSilence();
    this.stopSilence = this.clock.after(recvTimeoutMs, () => {
      const detail = `silent for longer than pool.recv_timeout (${recvTimeoutMs} ms)`;
      this.tearDown(failure('timeout', true, detail));
    });
  }
}

/** The maximum time that a request keeps its place after its caller has left, for any `timeout`. */
export const LONGEST_STAY_MS = 60_000;

const nothing = (): void => {};
const CANCELED = { kind: 'canceled' } as const;
const COMPLETE = { kind: 'complete' } as const;
const EXPIRED: Expired = { kind: 'expired', sent: false };
const ENDED_BEFORE = new Error('the call ended before its connection was open');
const NO_HEADERS: ResponseHeaders = [];
const NO_BODY = Buffer.alloc(0);
/** The value does not matter, because connector.ts uses the real name. */
const SAME_SERVER = 'upstream';
