import { type Clock, systemClock } from '../../src/clock.js';
import { silentObserver } from '../../src/observe/observer.js';
import { createTurns } from '../../src/turns.js';
import { createAbandonments } from '../../src/upstream/abandonments.js';
import { createCallControl } from '../../src/upstream/call-control.js';
import { createConnectionPool, type PoolOptions } from '../../src/upstream/connection-pool.js';
import { type ExchangeRules, exchange } from '../../src/upstream/exchange.js';
import type { HttpMethod, HttpRequest } from '../../src/upstream/http-message.js';
import { createRetryBudget } from '../../src/upstream/retry-budget.js';
import { SharedBytes } from '../../src/upstream/shared-bytes.js';
import { readUpstreamTls } from '../../src/upstream/tls.js';
import { createUpstream, type UpstreamOptions, type UpstreamRequest } from '../../src/upstream/upstream.js';
import { createWaitingMemory } from '../../src/upstream/waiting-memory.js';
import { closeAfterEach } from './close-after-each.js';
import {
  type RecordingUpstream,
  type RecordingUpstreamOptions,
  type ResponseHandler,
  startRecordingUpstream,
} from './recording-upstream.js';

export const TLS = {
  tls_verify: 'verify_peer',
  'tls.cacertfile': undefined,
  'tls.certfile': undefined,
  'tls.keyfile': undefined,
  'tls.servername': undefined,
} as const;

export const request = (origin: string, method: HttpMethod = 'GET', path = '/x'): HttpRequest => ({
  method,
  origin,
  path,
  headers: ['Accept', 'application/json'],
  body: method === 'POST' ? '{"a":1}' : undefined,
});
export const RULES: ExchangeRules = {
  abandonments: createAbandonments(25, 5_000),
  closes: false,
  recvTimeoutMs: 600_000,
  maxBytes: 1_000,
  maxHeaderBytes: 65_536,
};
export const sending = (
  request: HttpRequest,
  replayable: boolean,
  rest: Partial<UpstreamRequest> = {},
): UpstreamRequest => ({
  ...{ request, replayable, notAfter: Number.POSITIVE_INFINITY, attempted: 0, now: systemClock.monotonic() },
  ...rest,
});
export const within = (ms: number) => createCallControl(systemClock.monotonic() + ms);
export const retrying = (retries: number) => ({ retry: { retries, statuses: new Set<number>() } });

/** Starts servers and upstreams, and closes them after each test. */
export function upstreamFixture() {
  const closeLater = closeAfterEach();

  async function serve(
    handler: ResponseHandler,
    options: RecordingUpstreamOptions = {},
  ): Promise<RecordingUpstream> {
    const server = await startRecordingUpstream(handler, options);
    return closeLater(server);
  }

  function connect(
    origin: string,
    options: Partial<UpstreamOptions> = {},
    pool: Partial<PoolOptions> = {},
    clock: Clock = systemClock,
  ) {
    const connections = createConnectionPool(
      {
        origin,
        size: 25,
        maxWaiting: 100,
        maxWaitingPerCaller: 0,
        connectTimeoutMs: 2_000,
        idleTimeoutMs: 60_000,
        maxLifetimeMs: 300_000,
        maxBodyBytes: 1_000_000,
        maxHeaderBytes: 65_536,
        tls: readUpstreamTls(TLS),
        ...pool,
      },
      clock,
      Math.random,
      createTurns(clock),
    );
    const upstream = createUpstream(
      {
        timeoutMs: 5_000,
        recvTimeoutMs: 60_000,
        checkoutTimeoutMs: 2_000,
        maxResponseBytes: 1_000_000,
        maxHeaderBytes: 65_536,
        maxRedirects: 0,
        reusesConnections: true,
        keepsPlaces: false,
        retry: { retries: 0, statuses: new Set() },
        ...options,
      },
      {
        pool: connections,
        budget: createRetryBudget(),
        abandonments: createAbandonments(25, 5_000),
        waiting: createWaitingMemory(1_000_000, new SharedBytes(1_000_000)),
        clock,
        random: () => 0,
        exchange,
        observer: silentObserver,
        service: 'billing',
      },
    );
    closeLater(upstream);
    return { upstream, pool: connections };
  }

  return { serve, connect };
}
