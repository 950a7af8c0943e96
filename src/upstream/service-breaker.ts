import type { Clock } from '../clock.js';
import type { ServiceSettings } from '../config/model.js';
import type { Logger } from '../log.js';
import type { Observer } from '../observe/observer.js';
import { type CircuitBreaker, createCircuitBreaker } from './circuit-breaker.js';

export interface ServiceBreakerParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer: Observer;
  /** For the log and the observer. */
  readonly service: string;
}

const OPENED =
  'the circuit breaker is open: most calls failed, so further calls end with down until one succeeds; check the API';
const CLOSED = 'the circuit breaker is closed: calls go to the API again';

/**
 * Creates the circuit breaker of a service from its settings. It reports changes to the log and to
 * the observer. Undefined if the service has none.
 */
export function createServiceBreaker(
  settings: ServiceSettings,
  { clock, log, observer, service }: ServiceBreakerParts,
): CircuitBreaker | undefined {
  if (!settings['breaker.enabled']) return undefined;
  const windowMs = settings['breaker.window'];
  const options = {
    windowMs,
    minimumCalls: settings['breaker.minimum_calls'],
    failureRatio: settings['breaker.failure_ratio'],
    openMs: settings['breaker.open_time'],
  };
  return createCircuitBreaker(options, {
    clock,
    onChange(to, from, counts) {
      observer.breakerChanged(service, to);
      // Failed trials are not logged. So an outage has one line at its start and one at its end.
      if (from === 'closed' && counts !== undefined) {
        const cause = `${counts.failures} of ${counts.calls} calls failed within ${windowMs} ms`;
        log.warn({ service, cause }, OPENED);
      }
      if (to === 'closed') log.info({ service }, CLOSED);
    },
  });
}
