import type { Clock } from '../clock.js';
import { type CallOutcome, type Observer, responseClass } from '../observe/observer.js';
import type { Abandonments } from './abandonments.js';
import { type CallControl, freePlace } from './call-control.js';
import type { Connection, ConnectionPool, ConnectionState } from './connection-pool.js';
import { decodeContent, isEncoded } from './content-coding.js';
import { createExchangeTimer, type ExchangeRules, type exchange } from './exchange.js';
import { failure } from './exchange-failure.js';
import type { ExchangeOutcome, ExchangeResult } from './exchange-outcome.js';
import type { HttpRequest } from './http-message.js';
import { isLarge, mayBeLarge } from './large-response.js';
import type { RequestLimits } from './limits/request-limits.js';
import { pauseCall } from './pause-call.js';
import { redirectedRequest } from './redirect.js';
import { endRequestTrace, tracedRequest } from './request-trace.js';
import type { RetryBudget } from './retry-budget.js';
import { type RetryPolicy, retryDelayMs } from './retry-policy.js';
import { streamedAttempt } from './streamed-attempt.js';
import type { WaitingMemory } from './waiting-memory.js';

/** How a request ended, and its number of attempts, including refused connections. */
export type UpstreamOutcome = ExchangeOutcome & { readonly attempts: number };

/** Returns a request with a signature. The signature may change its encoding, and has a time. */
export type SignAttempt = (request: HttpRequest) => Promise<HttpRequest>;

/** A request to be sent. */
export interface UpstreamRequest {
  readonly request: HttpRequest;
  /** True if it is safe to send the request twice. See {@link retryDelayMs}. */
  readonly replayable: boolean;
  /**
   * Monotonic milliseconds. The request is not sent at or after this time, for instance after a
   * long wait for a connection, for the next attempt or for a redirect. The outcome is then
   * `expired`. Infinity for no limit.
   */
  readonly notAfter: number;
  /** Attempts that this call has already made. They count too. */
  readonly attempted: number;
  /** The current time in monotonic milliseconds, so that the clock is not read again. */
  readonly now: number;
  /** Names the credential in the request. Undefined if all calls have the same one. */
  readonly credential?: string | undefined;
  /** Signs each attempt. Undefined if requests are not signed. */
  readonly sign?: SignAttempt | undefined;
}

/** Sends requests to the API of one service: connections, attempts, retries. */
export interface Upstream {
  /** Sends a request and returns the response. Retries if that is safe. */
  send(sending: UpstreamRequest, control: CallControl): Promise<UpstreamOutcome>;
  /** The connections, and the calls that wait for one. */
  readonly pool: Pick<ConnectionPool, 'busy' | 'idle' | 'waiting'>;
  /** Closes each connection when no call uses it. */
  retire(): void;
  close(): Promise<void>;
}

export interface UpstreamOptions {
  /** Milliseconds for one attempt, from getting its connection to the last byte of the response. */
  readonly timeoutMs: number;
  /** Maximum milliseconds of silence of the upstream within one attempt. */
  readonly recvTimeoutMs: number;
  readonly checkoutTimeoutMs: number;
  readonly maxResponseBytes: number;
  readonly maxHeaderBytes: number;
  /** The maximum number of redirects to follow. 0 means none. */
  readonly maxRedirects: number;
  readonly retry: RetryPolicy;
  /** False if each request gets its own connection. */
  readonly reusesConnections: boolean;
  /** True if a call with a large response keeps its place in the pool until `freePlace`. */
  readonly keepsPlaces: boolean;
}

export interface UpstreamParts {
  readonly pool: ConnectionPool;
  readonly budget: RetryBudget;
  readonly abandonments: Abandonments;
  readonly waiting: WaitingMemory;
  /** Default: requests are sent at any rate. */
  readonly limits?: RequestLimits | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  /** Sends one request. It is a parameter, so that tests of the retry rules need no network. */
  readonly exchange: typeof exchange;
  readonly observer: Observer;
  /** For the observer. */
  readonly service: string;
}

/**
 * Timers may fire this many milliseconds too early. If the deadline ends an attempt early, the
 * remaining time is not enough for another attempt.
 */
const TIMER_EARLY_MS = 1;

export function createUpstream(options: UpstreamOptions, parts: UpstreamParts): Upstream {
  const { pool, budget, limits, abandonments, waiting, clock, random, observer, service } = parts;
  const { maxResponseBytes, maxRedirects } = options;
  const rules: ExchangeRules = {
    abandonments,
    closes: !options.reusesConnections,
    recvTimeoutMs: options.recvTimeoutMs,
    maxBytes: maxResponseBytes,
    maxHeaderBytes: options.maxHeaderBytes,
  };
  const timer = createExchangeTimer(clock, options.timeoutMs);

  // This is one long function, because each awaited function would cost one more promise for nearly
  // all calls.
  async function send(
    { request, replayable, notAfter, attempted, now: begin, credential, sign }: UpstreamRequest,
    control: CallControl,
  ): Promise<UpstreamOutcome> {
    /** The clock is read once for all steps up to the next wait, because reading it costs time. */
    let now = begin;
    const { trace } = control;
    /** How the last attempt ended, if another one is due. */
    let last: AttemptEnd | undefined;
    for (let attempts = attempted + 1; ; attempts++) {
      if (attempts === 1) budget.request(now);
      if (limits !== undefined) {
        let stopped = limits.pass(request, credential, control, now);
        if (stopped instanceof Promise) {
          stopped = await stopped;
          now = clock.monotonic();
        }
        // A call that was answered, but not as it should be, has something better than the limit.
        if (stopped !== undefined) {
          return { ...(stopped.kind === 'canceled' ? stopped : (last ?? stopped)), attempts: attempts - 1 };
        }
      }
      let signed = request;
      if (sign !== undefined) {
        signed = await sign(request);
        now = clock.monotonic();
      }
      let connection = takeConnection(request, control, now);
      if (connection instanceof Promise) {
        connection = await connection;
        now = clock.monotonic();
        if (connection.kind === 'connection') connection = ifStillWanted(connection, control, now);
      }
      if (connection.kind === 'connection') connection = ifRoom(connection, request, control);
      if (connection.kind !== 'connection') return { ...connection, attempts: attempts - 1 };
      const wholeEndAt = now + options.timeoutMs;
      const traced = trace?.attempt();
      const attempt = traced === undefined ? signed : tracedRequest(signed, traced);
      let exchanged: ExchangeResult | undefined;
      let isKept = false;
      try {
        exchanged = await exchangeUntil(wholeEndAt, now, connection, attempt, control, notAfter);
        const next = maxRedirects > 0 ? redirectIn(attempt, exchanged.outcome) : undefined;
        if (next !== undefined) exchanged = await follow(next, wholeEndAt, connection, control, notAfter);
        isKept = options.keepsPlaces && mayBeLarge(exchanged.outcome);
      } finally {
        if (!isKept) giveBack(connection, exchanged?.connection ?? 'broken', request, control);
        if (exchanged === undefined) traced?.failed('internal');
      }
      let { outcome } = exchanged;
      if (isKept) keepPlace(control, connection, exchanged, request);
      if (outcome.kind === 'expired') {
        if (traced !== undefined) endRequestTrace(traced, outcome);
        return { ...outcome, attempts: outcome.sent ? attempts : attempts - 1 };
      }
      if (outcome.kind === 'stream') {
        const observe = (end: AttemptEnd) => observer.attemptEnded(service, attemptOutcome(end));
        return { ...streamedAttempt(outcome, { observe, trace: traced }), attempts };
      }
      if (outcome.kind === 'response' && isEncoded(outcome.response)) {
        outcome = await decodeContent(outcome.response, maxResponseBytes);
      }
      if (isKept && !isLarge(outcome)) freePlace(control);
      if (limits !== undefined && outcome.kind === 'response') {
        limits.heard(request, credential, outcome.response);
      }
      observer.attemptEnded(service, attemptOutcome(outcome));
      if (traced !== undefined) endRequestTrace(traced, outcome);
      if (outcome.kind === 'response' && !options.retry.statuses.has(outcome.response.status)) {
        return { kind: 'response', response: outcome.response, attempts };
      }
      if (isKept) freePlace(control);
      now = clock.monotonic();
      const remainingMs = control.deadlineAt - now - TIMER_EARLY_MS;
      const state = { attempts, replayable, remainingMs, nowWall: clock.wall() };
      const delayMs = retryDelayMs(outcome, options.retry, state, random);
      if (delayMs === undefined) return { ...outcome, attempts };
      // A server that closes an idle connection is healthy. So this retry does not count against
      // the budget.
      if (!exchanged.isStale && !budget.takeRetry(now)) {
        observer.retryBudgetExhausted(service);
        return { ...outcome, attempts };
      }
      // If there is no memory for another waiting call, the call ends with the outcome of its last
      // attempt.
      const held = waiting.enter(request, control);
      if (held === undefined) return { ...outcome, attempts };
      last = outcome;
      await pauseCall(delayMs, control, clock);
      now = clock.monotonic();
      waiting.leave(held);
      if (control.canceledBy !== undefined) return { kind: 'canceled', attempts };
    }
  }

  function takeConnection(
    request: HttpRequest,
    control: CallControl,
    now: number,
  ): Connection | ExchangeOutcome | Promise<Connection | ExchangeOutcome> {
    if (control.canceledBy !== undefined) return { kind: 'canceled' };
    const remainingMs = control.deadlineAt - now;
    if (remainingMs <= 0)
      return failure('timeout', false, 'the deadline passed before a connection was taken');
    const checkout = pool.checkout(Math.min(options.checkoutTimeoutMs, remainingMs), control, now);
    if (!(checkout instanceof Promise)) return checkout;
    const held = waiting.enter(request, control);
    if (held === undefined) {
      control.waitsFor?.cancel();
      return failure('overload', false, 'the waiting calls hold too many bytes (pool.max_waiting_bytes)');
    }
    return checkout.then((taken) => {
      waiting.leave(held);
      switch (taken.kind) {
        case 'canceled':
          return { kind: 'canceled' };
        case 'full':
          return failure('overload', false, 'too many calls wait for a connection (pool.max_waiting)');
        case 'share_full':
          return failure(
            'overload',
            false,
            'too many calls of one caller wait for a connection (pool.max_waiting_per_caller)',
          );
        case 'timeout':
          return remainingMs < options.checkoutTimeoutMs
            ? failure('timeout', false, 'the deadline passed while waiting for a connection')
            : failure('overload', false, 'no connection became free within pool.checkout_timeout');
        case 'connection':
          return taken;
      }
    });
  }

  /**
   * Returns the connection, or the outcome of a call that ended while it waited in the queue. Such
   * a call is not sent. Must run directly before sending, for two reasons. A busy process fires its
   * timers late. Between the queue and the exchange, `waitsFor` is empty, so a cancellation only
   * sets `canceledBy`.
   */
  function ifStillWanted(
    connection: Connection,
    control: CallControl,
    now: number,
  ): Connection | ExchangeOutcome {
    const late = control.deadlineAt <= now;
    if (control.canceledBy === undefined && !late) return connection;
    pool.release(connection, 'good');
    return control.canceledBy !== undefined
      ? { kind: 'canceled' }
      : failure('timeout', false, 'the deadline passed while waiting for a connection');
  }

  /**
   * Counts the body of a call that begins to run. Returns a failure if the running calls have too
   * many bytes. The body counts until `giveBack`, even after the caller has left.
   */
  function ifRoom(
    connection: Connection,
    request: HttpRequest,
    control: CallControl,
  ): Connection | ExchangeOutcome {
    if (request.body === undefined || waiting.run(request.body.length, control)) return connection;
    pool.release(connection, 'good');
    return failure('overload', false, 'the bodies of running calls take too many bytes');
  }

  function giveBack(
    connection: Connection,
    state: ConnectionState | Promise<ConnectionState>,
    request: HttpRequest,
    control: CallControl,
  ): void {
    if (state instanceof Promise) {
      void state.then((ended) => giveBack(connection, ended, request, control));
      return;
    }
    if (request.body !== undefined) waiting.end(request.body.length, control);
    pool.release(connection, options.reusesConnections ? state : 'broken');
  }

  /**
   * A call keeps its place in the pool while its large response is read. Otherwise further calls
   * would fill the memory with their responses.
   */
  function keepPlace(
    control: CallControl,
    connection: Connection,
    { connection: state }: ExchangeResult,
    request: HttpRequest,
  ): void {
    control.place = () => giveBack(connection, state, request, control);
  }

  function exchangeUntil(
    wholeEndAt: number,
    now: number,
    connection: Connection,
    request: HttpRequest,
    control: CallControl,
    notAfter: number,
  ): Promise<ExchangeResult> {
    const endAt = Math.min(wholeEndAt, control.deadlineAt);
    const hasWholeTime = endAt === now + options.timeoutMs;
    const limits = {
      rules,
      now,
      timeoutMs: endAt - now,
      wholeMs: wholeEndAt - now,
      timer: hasWholeTime ? timer : undefined,
      notAfter,
    };
    return parts.exchange(connection, request, limits, clock, control);
  }

  /** Follows redirects over the same connection, within the time of the same attempt. */
  async function follow(
    first: HttpRequest,
    wholeEndAt: number,
    connection: Connection,
    control: CallControl,
    notAfter: number,
  ): Promise<ExchangeResult> {
    let request = first;
    for (let hops = 1; ; hops++) {
      const refusal = cannotFollow(control, Math.min(wholeEndAt, control.deadlineAt));
      if (refusal !== undefined) return { outcome: refusal, connection: 'good', isStale: false };
      const result = await exchangeUntil(
        wholeEndAt,
        clock.monotonic(),
        connection,
        request,
        control,
        notAfter,
      );
      if (result.outcome.kind === 'expired') return { ...result, outcome: EXPIRED_BETWEEN };
      const next = hops < maxRedirects ? redirectIn(request, result.outcome) : undefined;
      if (next === undefined) return result;
      request = next;
    }
  }

  function cannotFollow(control: CallControl, endAt: number): ExchangeOutcome | undefined {
    if (control.canceledBy !== undefined) return { kind: 'canceled' };
    const isLate = endAt <= clock.monotonic();
    return isLate ? failure('timeout', true, 'no time was left for a redirect') : undefined;
  }

  return {
    send,
    pool,
    retire: pool.retire,
    async close() {
      await pool.close();
      timer.close();
    },
  };
}

const EXPIRED_BETWEEN: ExchangeOutcome = { kind: 'expired', sent: true };

function redirectIn(request: HttpRequest, outcome: ExchangeOutcome): HttpRequest | undefined {
  return outcome.kind === 'response' ? redirectedRequest(request, outcome.response) : undefined;
}

/** How an attempt ended after its request was sent. */
type AttemptEnd = Exclude<ExchangeOutcome, { kind: 'expired' }>;

function attemptOutcome(outcome: AttemptEnd): CallOutcome {
  switch (outcome.kind) {
    case 'response':
      return responseClass(outcome.response.status);
    case 'stream':
      return responseClass(outcome.status);
    case 'failure':
      return outcome.code;
    case 'canceled':
      return 'canceled';
  }
}
