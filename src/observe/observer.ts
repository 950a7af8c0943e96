import type { CallErrorCode } from '../errors.js';

/** A procedure of a service. Made once, when the procedure is compiled: an observer may keep its own data by it. */
export interface ObservedProcedure {
  readonly service: string;
  /** The WAMP URI. */
  readonly procedure: string;
  readonly realm: string;
}

/** What an upstream responded, by its status: 2xx, 3xx, 4xx, 5xx. */
export type ResponseClass = 'ok' | 'redirect' | 'client_error' | 'server_error';

/** How a call, or one attempt of it, ended: with a response, or with an error of the gateway itself. */
export type CallOutcome = ResponseClass | CallErrorCode;

/** How a call ended that the router passed on. */
export type RoutedOutcome = 'ok' | 'error' | 'timeout' | 'canceled';

/** Why a listener took no connection, or closed it before it was ready for WAMP. */
export type RejectReason = 'origin' | 'full' | 'source_full' | 'unjoined' | 'handshake';

/**
 * Hears of the facts that operators want to know: one method for each. The rooms call it where a fact arises, and know
 * nothing of what is made of it: metrics, traces, an access log.
 *
 * An observer must not throw, and must not take long: some methods are called for every call. Durations are in milliseconds.
 *
 * @example
 * ```ts
 * import { createGateway, loadConfig, type Observer, silentObserver } from 'wamp-rpc-gateway';
 *
 * const observer: Observer = {
 *   ...silentObserver,
 *   callEnded: ({ procedure }, outcome, durationMs) => console.log(procedure, outcome, durationMs),
 * };
 * const config = loadConfig('bondy.conf', { env: process.env });
 * const gateway = createGateway(config, { observer });
 * await gateway.start();
 * await gateway.stop();
 * ```
 */
export interface Observer {
  /** A call reached one of the gateway's procedures. */
  callBegan(procedure: ObservedProcedure): void;
  /** @param attempts HTTP requests that were attempted, refused connections included */
  callEnded(procedure: ObservedProcedure, outcome: CallOutcome, durationMs: number, attempts: number): void;
  /** One HTTP request of a call ended. A call has several where it is tried again. */
  attemptEnded(service: string, outcome: CallOutcome): void;
  /** A call is not tried again, since the service's retry budget is used up. */
  retryBudgetExhausted(service: string): void;

  /** A call needs a token. `hit`: the cache holds one that lives. */
  tokenUsed(service: string, result: 'hit' | 'miss'): void;
  /** A token request ended. @param lifetimeMs of the token that it brought; undefined where it brought none */
  tokenFetched(service: string, durationMs: number, lifetimeMs: number | undefined): void;
  /** A service's secret was read, or could not be read. */
  secretRead(service: string, outcome: 'ok' | 'error'): void;

  sessionJoined(realm: string): void;
  sessionLeft(realm: string): void;
  /** The router passed a call on, and it ended. */
  routedCallEnded(realm: string, outcome: RoutedOutcome): void;
  eventPublished(realm: string): void;
  loginFailed(realm: string, authmethod: string): void;

  connectionOpened(listener: string): void;
  connectionClosed(listener: string): void;
  connectionRejected(listener: string, reason: RejectReason): void;
  /** A client that does not read what it is sent was cut off. */
  slowReaderClosed(listener: string): void;
  /** A client sent what WAMP or its transport forbids, and was cut off. */
  protocolViolated(listener: string): void;
}

/** Does nothing, and costs nothing. The default everywhere. */
export const silentObserver: Observer = Object.freeze({
  callBegan() {},
  callEnded() {},
  attemptEnded() {},
  retryBudgetExhausted() {},
  tokenUsed() {},
  tokenFetched() {},
  secretRead() {},
  sessionJoined() {},
  sessionLeft() {},
  routedCallEnded() {},
  eventPublished() {},
  loginFailed() {},
  connectionOpened() {},
  connectionClosed() {},
  connectionRejected() {},
  slowReaderClosed() {},
  protocolViolated() {},
});

/** The class of an HTTP status. */
export function responseClass(status: number): ResponseClass {
  if (status < 300) return 'ok';
  if (status < 400) return 'redirect';
  return status < 500 ? 'client_error' : 'server_error';
}
