import type { RequestCredential } from '../auth/request-credential.js';
import type { Clock } from '../clock.js';
import type { ServiceConfig } from '../config/model.js';
import type { Variables } from '../secrets/variables.js';
import type { ServiceStatus } from '../status/service-status.js';
import type { CircuitBreaker } from '../upstream/circuit-breaker.js';
import type { Upstream } from '../upstream/upstream.js';
import { baseUrlForShow } from './pipeline/base-url.js';
import type { Condition } from './service-condition.js';

/** The part of a service's status that the service itself knows. */
export type ServiceFacts = Pick<
  ServiceStatus,
  'name' | 'base_url' | 'state' | 'since' | 'reason' | 'pool' | 'breaker' | 'token' | 'secret'
>;

export interface ServiceFactsParts {
  readonly config: ServiceConfig;
  readonly condition: Condition;
  readonly upstream: Upstream | undefined;
  readonly breaker: CircuitBreaker | undefined;
  readonly requestCredential: RequestCredential;
  readonly variables: Variables;
  readonly clock: Clock;
}

export function describeService(parts: ServiceFactsParts): ServiceFacts {
  const { config, condition, upstream, breaker, requestCredential, variables, clock } = parts;
  const { origin, path } = baseUrlForShow(config.settings);
  const { busy = 0, idle = 0, waiting = 0 } = upstream?.pool ?? {};
  const now = clock.monotonic();
  const expiresAt = requestCredential.token?.expiresAt;
  const { secret } = variables;
  return {
    name: config.name,
    base_url: path === '/' ? origin : origin + path,
    ...condition,
    pool: { size: config.settings['pool.size'], busy, idle, waiting },
    breaker: breaker?.state ?? null,
    token: expiresAt === undefined ? null : { expires_in_seconds: seconds(expiresAt - now) },
    secret: secret === undefined ? null : describeSecret(secret, now),
  };
}

function describeSecret(
  { provider, reads }: NonNullable<Variables['secret']>,
  now: number,
): NonNullable<ServiceFacts['secret']> {
  const { succeededAt, cause } = reads;
  return {
    provider,
    age_seconds: succeededAt === undefined ? null : seconds(now - succeededAt),
    cause: cause ?? null,
  };
}

const seconds = (ms: number): number => Math.max(0, Math.round(ms / 1_000));
