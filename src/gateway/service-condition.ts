import type { Clock } from '../clock.js';
import type { ServiceState } from '../status/service-status.js';

/** Whether a service takes calls, since when, and why not. */
export interface Condition {
  readonly state: ServiceState;
  /** An ISO 8601 date and time, in UTC. */
  readonly since: string;
  /** Null if it is up. */
  readonly reason: string | null;
}

/** What decides about the condition. */
export interface ConditionSigns {
  readonly isDisabled: boolean;
  /** Why calls cannot be built. Undefined if they can. */
  readonly waitsFor: string | undefined;
  /** Probes fail. */
  readonly isDown: boolean;
  readonly isBreakerOpen: boolean;
}

/**
 * Follows the condition of a service.
 *
 * @param signs reads the current signs
 * @returns `read` returns the condition. Call it after each change too, so that `since` is right.
 * `takeOver` continues the condition of the service that this one replaces.
 */
export function createCondition(
  clock: Clock,
  signs: () => ConditionSigns,
): { read(): Condition; takeOver(before: Condition): void } {
  let last: Condition | undefined;

  function read(): Condition {
    const { state, reason } = judge(signs());
    if (last === undefined || last.state !== state)
      last = { state, reason, since: new Date(clock.wall()).toISOString() };
    else if (last.reason !== reason) last = { ...last, reason };
    return last;
  }

  return {
    read,
    takeOver(before) {
      last = before;
      read();
    },
  };
}

/** The first reason counts, in the order in which the pipeline checks them. */
function judge(signs: ConditionSigns): { readonly state: ServiceState; readonly reason: string | null } {
  if (signs.isDisabled) return { state: 'disabled', reason: 'an operator has disabled it' };
  if (signs.waitsFor !== undefined) return { state: 'waiting', reason: signs.waitsFor };
  if (signs.isDown) return { state: 'down', reason: 'its probes fail' };
  if (signs.isBreakerOpen) return { state: 'down', reason: 'its circuit breaker is open' };
  return { state: 'up', reason: null };
}
