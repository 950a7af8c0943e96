import type { HandedTokens } from '../auth/token-store.js';
import type { ServiceConfig } from '../config/model.js';
import { isSameSettings } from '../config/same-settings.js';
import type { CircuitBreaker } from '../upstream/circuit-breaker.js';
import type { LivenessState } from '../upstream/liveness.js';
import type { BaseUrl } from './pipeline/request/base-url.js';
import type { Condition } from './service-condition.js';

/** What a service leaves to the service that replaces it after a reload. */
export interface Handover {
  readonly token: HandedTokens | undefined;
  readonly liveness: LivenessState;
  /** Keeps its state if the successor does not ask for it. */
  readonly breaker: Pick<CircuitBreaker, 'handOver'> | undefined;
  readonly base: BaseUrl | undefined;
  readonly condition: Condition;
}

/** Whether two services read the same secret, so that the values of one fit the other. */
export function hasSameSecret(one: ServiceConfig, other: ServiceConfig): boolean {
  return isSameSettings(secretSettings(one), secretSettings(other));
}

function secretSettings({ settings }: ServiceConfig): unknown {
  return {
    provider: settings['auth.secrets.provider'],
    id: settings['auth.secrets.secret_id'],
    region: settings['auth.secrets.region'],
    address: settings['auth.secrets.vault.address'],
    namespace: settings['auth.secrets.vault.namespace'],
    vars: settings['auth.secrets.vars'],
  };
}
