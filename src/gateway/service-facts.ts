import type { RequestCredential } from '../auth/request-credential.js';
import type { Clock } from '../clock.js';
import type { ServiceConfig } from '../config/model.js';
import type { Variables } from '../secrets/variables.js';
import type { PoolStatus, ServiceStatus } from '../status/service-status.js';
import type { CircuitBreaker } from '../upstream/circuit-breaker.js';
import type { ConnectionPool } from '../upstream/connection-pool.js';
import type { ServiceCache } from './pipeline/cache/cached-calls.js';
import { baseUrlForShow } from './pipeline/request/base-url.js';
import type { Condition } from './service-condition.js';

/** The part of a service's status that the service itself knows. */
export type ServiceFacts = Pick<
  ServiceStatus,
  | 'name'
  | 'base_url'
  | 'state'
  | 'since'
  | 'reason'
  | 'live'
  | 'pool'
  | 'breaker'
  | 'cache'
  | 'token'
  | 'secret'
>;

/** How connections are used now. */
export type PoolUse = Omit<PoolStatus, 'size'>;

/** Adds up several pools of one service. */
export function addPools(
  pools: readonly (Pick<ConnectionPool, 'busy' | 'idle' | 'waiting'> & { readonly streams?: number })[],
): PoolUse {
  const sum = { busy: 0, idle: 0, streams: 0, waiting: 0 };
  for (const { busy, idle, streams = 0, waiting } of pools) {
    sum.busy += busy;
    sum.idle += idle;
    sum.streams += streams;
    sum.waiting += waiting;
  }
  return sum;
}

export interface ServiceFactsParts {
  readonly config: ServiceConfig;
  readonly condition: Condition;
  readonly isDown: boolean;
  readonly pool: PoolUse;
  readonly breaker: CircuitBreaker | undefined;
  readonly cache: Pick<ServiceCache, 'size'> | undefined;
  readonly requestCredential: RequestCredential;
  readonly variables: Variables;
  readonly clock: Clock;
}

export function describeService(parts: ServiceFactsParts): ServiceFacts {
  const { config, condition, isDown, pool, breaker, cache, requestCredential, variables, clock } = parts;
  const { origin, path } = baseUrlForShow(config.settings);
  const { token } = requestCredential;
  const { secret } = variables;
  return {
    name: config.name,
    base_url: path === '/' ? origin : origin + path,
    ...condition,
    live: !isDown,
    pool: { size: config.settings['pool.size'], ...pool },
    breaker: breaker?.state ?? null,
    cache: cache === undefined ? null : { ...cache.size, max_bytes: config.settings['cache.max_size'] },
    token: token === undefined ? null : describeToken(token, clock),
    secret: secret === undefined ? null : describeSecret(secret, clock),
  };
}

function describeToken(
  { expiresAt, count }: NonNullable<RequestCredential['token']>,
  clock: Clock,
): NonNullable<ServiceFacts['token']> {
  const callers = count ?? null;
  return expiresAt === undefined
    ? { callers, expires_in_seconds: null, expires_at: null }
    : {
        callers,
        expires_in_seconds: seconds(expiresAt - clock.monotonic()),
        expires_at: dateOf(expiresAt, clock),
      };
}

function describeSecret(
  { provider, reads }: NonNullable<Variables['secret']>,
  clock: Clock,
): NonNullable<ServiceFacts['secret']> {
  const { succeededAt, cause } = reads;
  return {
    provider,
    age_seconds: succeededAt === undefined ? null : seconds(clock.monotonic() - succeededAt),
    last_read_at: succeededAt === undefined ? null : dateOf(succeededAt, clock),
    cause: cause ?? null,
  };
}

/** The date of a monotonic time, rounded to seconds, because the two clocks differ by a fraction. */
function dateOf(monotonicMs: number, clock: Clock): string {
  const wallMs = clock.wall() + monotonicMs - clock.monotonic();
  return new Date(Math.round(wallMs / 1_000) * 1_000).toISOString();
}

const seconds = (ms: number): number => Math.max(0, Math.round(ms / 1_000));
