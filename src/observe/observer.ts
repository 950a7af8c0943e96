import type { CallErrorCode } from '../errors.js';

/**
 * A procedure of a service. There is one object for each procedure, so an observer may use it as a
 * key.
 */
export interface ObservedProcedure {
  readonly service: string;
  /** The WAMP URI. */
  readonly procedure: string;
  readonly realm: string;
}

/** A call that failed: with a response of 500 or more, or with an error of the gateway. */
export interface ObservedFailure {
  /** The same as in the log line of the call, and in the error of the gateway. */
  readonly id: string;
  /** The HTTP status in the caller's error. */
  readonly status: number | undefined;
  /** The cause, as in the log. It quotes nothing from a caller or an upstream. */
  readonly cause: string | undefined;
}

/** The class of an upstream's response, by its status: 2xx, 3xx, 4xx, 5xx. */
export type ResponseClass = 'ok' | 'redirect' | 'client_error' | 'server_error';

/**
 * How a call, or one attempt of it, ended: with a response, or with an error of the gateway itself.
 */
export type CallOutcome = ResponseClass | CallErrorCode;

/**
 * The state of a circuit breaker. `closed`: all calls pass. `open`: no call passes. `half_open`: one
 * call passes as a trial, and its end closes or opens the breaker.
 */
export type BreakerState = 'closed' | 'half_open' | 'open';

/**
 * How a call between two sessions of the router ended. `timeout`: the router or the callee ended it
 * with `wamp.error.timeout`. `canceled`: the caller cancelled it or left.
 */
export type RoutedOutcome = 'ok' | 'error' | 'timeout' | 'canceled';

/**
 * How the cache of a service answered a call. `hit`: with a stored response. `revalidated`: with a
 * stored response, after the API has said that it is still valid. `stale`: with a stored response
 * after its lifetime, because the API failed or the caller accepts it. `miss`: with a new response.
 * `joined`: with the response to an equal request that was running. `bypass`: the request said that
 * the cache has no part in it.
 */
export type CacheResult = 'hit' | 'revalidated' | 'stale' | 'miss' | 'joined' | 'bypass';

/** Why a request was not sent: `limit.rate`, or the `Retry-After` of an earlier response. */
export type LimitReason = 'rate' | 'retry_after';

/** Why a listener refused a connection, or closed it before it was ready for WAMP. */
export type RejectReason = 'origin' | 'full' | 'source_full' | 'unjoined' | 'handshake';

/**
 * Why the gateway is not attached to a router: it cannot connect; the handshake fails; the router
 * refuses it with ABORT; the router has sent GOODBYE; the router is silent; the router has broken
 * the protocol.
 */
export type LinkFailureReason = 'connect' | 'handshake' | 'abort' | 'goodbye' | 'ping' | 'protocol';

/**
 * Gets the facts that operators want to know. There is one method for each fact. The observer
 * decides what to do with a fact: for example metrics, traces, or an access log.
 *
 * An observer must not throw, and must be fast: some methods are called for every call. Durations
 * are in milliseconds.
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
  /**
   * @param attempts how many HTTP requests the gateway attempted, including refused connections
   * @param failure what the log says about the call; undefined for a response below 500
   */
  callEnded(
    procedure: ObservedProcedure,
    outcome: CallOutcome,
    durationMs: number,
    attempts: number,
    failure: ObservedFailure | undefined,
  ): void;
  /** One HTTP request of a call ended. A call that is retried has several. */
  attemptEnded(service: string, outcome: CallOutcome): void;
  /** A call of a procedure with `cache = on` got a response. */
  cacheUsed(service: string, result: CacheResult): void;
  /**
   * A request was not sent: the service has reached `limit.rate`, or the API has asked to wait
   * (`limit.obey_retry_after`).
   */
  requestLimited(service: string, reason: LimitReason): void;
  /** The gateway does not retry a call, because the retry budget of the service is empty. */
  retryBudgetExhausted(service: string): void;
  /** The circuit breaker of a service opened, let a trial through, or closed. */
  breakerChanged(service: string, state: BreakerState): void;

  /**
   * A probe of an upstream ended (`liveness.*`).
   *
   * @param cause why it failed; undefined for a good probe
   */
  probeEnded(service: string, outcome: 'ok' | 'error', durationMs: number, cause: string | undefined): void;
  /** Probes failed. From now on, the calls of the service end with `down`. */
  serviceDown(service: string): void;
  /** A probe succeeded, or the service has a new `base_url`. Calls are sent again. */
  serviceUp(service: string): void;
  /**
   * The service is down. The alarm lasts until `liveness.success_threshold` probes succeed.
   *
   * @param reason why the last probe failed
   */
  alarmRaised(service: string, reason: string): void;
  alarmCleared(service: string): void;

  /** A call needs a token. `hit` means that the cache has one that is not expired. */
  tokenUsed(service: string, result: 'hit' | 'miss'): void;
  /** @param lifetimeMs the lifetime of the new token; undefined if the token request failed */
  tokenFetched(service: string, durationMs: number, lifetimeMs: number | undefined): void;
  /** A service's secret was read, or could not be read. */
  secretRead(service: string, outcome: 'ok' | 'error'): void;

  sessionJoined(realm: string): void;
  sessionLeft(realm: string): void;
  /** A call that the router passed to a callee ended. */
  routedCallEnded(realm: string, outcome: RoutedOutcome): void;
  eventPublished(realm: string): void;
  loginFailed(realm: string, authmethod: string): void;

  connectionOpened(listener: string): void;
  connectionClosed(listener: string): void;
  connectionRejected(listener: string, reason: RejectReason): void;
  /** The gateway closed a connection, because its client does not read what the gateway sends. */
  slowReaderClosed(listener: string): void;
  /** The gateway closed a connection, because its client broke the rules of WAMP or the transport. */
  protocolViolated(listener: string): void;

  /** The gateway has joined a realm of an existing router. */
  linkOpened(realm: string): void;
  /** The session in a realm of an existing router has ended. */
  linkClosed(realm: string): void;
  /** An attempt to join failed, or a session was lost. The gateway tries again. */
  linkFailed(realm: string, reason: LinkFailureReason): void;
  /** @param count how many procedures are now registered in this realm of an existing router */
  proceduresRegistered(realm: string, count: number): void;
  /**
   * A router did not take the response of a call, because it is too large. The caller got the error
   * `too_large`. Before it, `callEnded` has told how the API responded.
   *
   * @param procedure the WAMP URI
   */
  replyTooLarge(realm: string, procedure: string): void;
  /** The gateway dropped the reply to a call, because it had lost the session with the router. */
  replyDropped(realm: string): void;

  /** A reload ended. `ok`: the new configuration is in use. `error`: nothing has changed. */
  configReloaded(outcome: 'ok' | 'error'): void;
}

/**
 * An observer that does nothing and costs nothing. It is the default everywhere. Its methods name
 * all values, because `observeAll` counts them.
 */
export const silentObserver: Observer = Object.freeze<Observer>({
  callBegan(_procedure) {},
  callEnded(_procedure, _outcome, _durationMs, _attempts, _failure) {},
  attemptEnded(_service, _outcome) {},
  cacheUsed(_service, _result) {},
  requestLimited(_service, _reason) {},
  retryBudgetExhausted(_service) {},
  breakerChanged(_service, _state) {},
  probeEnded(_service, _outcome, _durationMs, _cause) {},
  serviceDown(_service) {},
  serviceUp(_service) {},
  alarmRaised(_service, _reason) {},
  alarmCleared(_service) {},
  tokenUsed(_service, _result) {},
  tokenFetched(_service, _durationMs, _lifetimeMs) {},
  secretRead(_service, _outcome) {},
  sessionJoined(_realm) {},
  sessionLeft(_realm) {},
  routedCallEnded(_realm, _outcome) {},
  eventPublished(_realm) {},
  loginFailed(_realm, _authmethod) {},
  connectionOpened(_listener) {},
  connectionClosed(_listener) {},
  connectionRejected(_listener, _reason) {},
  slowReaderClosed(_listener) {},
  protocolViolated(_listener) {},
  linkOpened(_realm) {},
  linkClosed(_realm) {},
  linkFailed(_realm, _reason) {},
  proceduresRegistered(_realm, _count) {},
  replyTooLarge(_realm, _procedure) {},
  replyDropped(_realm) {},
  configReloaded(_outcome) {},
});

/** The class of an HTTP status. */
export function responseClass(status: number): ResponseClass {
  if (status < 300) return 'ok';
  if (status < 400) return 'redirect';
  return status < 500 ? 'client_error' : 'server_error';
}
