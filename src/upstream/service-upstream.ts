import type { Clock } from '../clock.js';
import type { ServiceSettings } from '../config/model.js';
import { type Observer, silentObserver } from '../observe/observer.js';
import type { Turns } from '../turns.js';
import { createAbandonments } from './abandonments.js';
import { createConnectionPool, type PoolOptions } from './connection-pool.js';
import { exchange, LONGEST_STAY_MS } from './exchange.js';
import type { RequestLimits } from './limits/request-limits.js';
import type { Routes } from './proxy/routes.js';
import { createRetryBudget } from './retry-budget.js';
import type { UpstreamTls } from './tls.js';
import { createUpstream, type Upstream, type UpstreamOptions } from './upstream.js';
import type { WaitingMemory } from './waiting-memory.js';

export interface ServiceUpstreamParts {
  readonly tls: UpstreamTls;
  readonly routes: Routes;
  readonly clock: Clock;
  readonly random: () => number;
  readonly waiting: WaitingMemory;
  readonly turns: Turns;
  /** Default: requests are sent at any rate. */
  readonly limits?: RequestLimits | undefined;
  readonly observer: Observer;
  /** For the observer. */
  readonly service: string;
}

/** Creates the upstream for a service's API from its settings. */
export function createServiceUpstream(
  origin: string,
  settings: ServiceSettings,
  parts: ServiceUpstreamParts,
): Upstream {
  return connect(poolOptions(origin, settings, parts), upstreamOptions(settings), parts);
}

/** A token response has only a few lines. A larger response cannot be a token response. */
const MAX_TOKEN_RESPONSE_BYTES = 1024 * 1024;
/**
 * A token request that hangs delays the next one. With this limit, the gateway notices soon when an
 * endpoint has recovered.
 */
export const MAX_TOKEN_REQUEST_MS = 30_000;

/**
 * Creates the upstream for a service's token endpoint.
 *
 * It sends each request on a new connection. Token requests are about an hour apart, so a kept
 * connection may be closed by the server just when a request is sent. It never retries, because the
 * token cache decides when to send the next request.
 *
 * @param size the number of requests that may run at a time: 1 if all callers share one token
 */
export function createTokenUpstream(
  origin: string,
  settings: ServiceSettings,
  size: number,
  { tls, routes, clock, random, turns }: Omit<ServiceUpstreamParts, 'waiting' | 'observer' | 'service'>,
): Upstream {
  const options: UpstreamOptions = {
    ...upstreamOptions(settings),
    timeoutMs: Math.min(settings.timeout, MAX_TOKEN_REQUEST_MS),
    maxResponseBytes: MAX_TOKEN_RESPONSE_BYTES,
    maxRedirects: 0,
    retry: { retries: 0, statuses: new Set() },
    reusesConnections: false,
    keepsPlaces: false,
  };
  // The calls that wait for a token are limited before their token request begins.
  const pool = {
    ...poolOptions(origin, settings, { tls, routes }),
    size,
    maxWaiting: Number.POSITIVE_INFINITY,
    maxWaitingPerCaller: 0,
  };
  // The token cache reports token requests to the observer.
  const parts = { clock, random, turns, waiting: NEVER_WAITS, observer: silentObserver, service: '' };
  return connect(pool, options, parts);
}

/** Token requests are small, and the calls that wait for them are counted. */
const NEVER_WAITS: WaitingMemory = {
  enter: () => ({ caller: undefined, bytes: 0, buffers: [] }),
  leave: () => undefined,
  run: () => true,
  end: () => undefined,
};

function connect(
  pool: PoolOptions,
  options: UpstreamOptions,
  parts: Omit<ServiceUpstreamParts, 'tls' | 'routes'>,
): Upstream {
  const { clock, random, waiting, turns, limits, observer, service } = parts;
  return createUpstream(options, {
    pool: createConnectionPool(pool, clock, random, turns),
    budget: createRetryBudget(),
    limits,
    waiting,
    abandonments: createAbandonments(pool.size, Math.min(options.timeoutMs, LONGEST_STAY_MS)),
    clock,
    random,
    exchange,
    observer,
    service,
  });
}

function poolOptions(
  origin: string,
  settings: ServiceSettings,
  { tls, routes }: Pick<ServiceUpstreamParts, 'tls' | 'routes'>,
): PoolOptions {
  return {
    origin,
    size: settings['pool.size'],
    maxWaiting: settings['pool.max_waiting'],
    maxWaitingPerCaller: settings['pool.max_waiting_per_caller'],
    connectTimeoutMs: settings['pool.connect_timeout'],
    idleTimeoutMs: settings['pool.idle_timeout'],
    maxLifetimeMs: settings['pool.max_lifetime'],
    maxBodyBytes: settings['pool.max_response_size'],
    maxHeaderBytes: settings['pool.max_response_header_size'],
    tls,
    route: routes(origin),
  };
}

function upstreamOptions(settings: ServiceSettings): UpstreamOptions {
  return {
    timeoutMs: settings.timeout,
    recvTimeoutMs: settings['pool.recv_timeout'],
    checkoutTimeoutMs: settings['pool.checkout_timeout'],
    maxResponseBytes: settings['pool.max_response_size'],
    maxHeaderBytes: settings['pool.max_response_header_size'],
    maxRedirects: settings['pool.follow_redirect'] ? settings['pool.max_redirect'] : 0,
    retry: { retries: settings.retries, statuses: new Set(settings['retry.statuses']) },
    reusesConnections: settings['pool.reuse'],
    keepsPlaces: true,
  };
}
