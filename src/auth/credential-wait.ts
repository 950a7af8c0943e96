import type { Clock } from '../clock.js';
import { Tally } from '../collections/tally.js';
import type { ServiceSettings } from '../config/model.js';
import type { Turns } from '../turns.js';
import type { CallControl } from '../upstream/call-control.js';
import { callerKey } from '../upstream/caller.js';
import type { HttpRequest } from '../upstream/http-message.js';
import type { WaitingMemory } from '../upstream/waiting-memory.js';
import type { NoCredential } from './request-credential.js';
import { createWaitWithin } from './wait-within.js';

export interface CredentialWaitParts {
  readonly settings: ServiceSettings;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly waiting: WaitingMemory;
}

/**
 * Lets a call wait for its credential, within its deadline and within the limits of the service.
 *
 * @param pending must not reject
 */
export type CredentialWait<T> = (
  pending: Promise<T>,
  request: HttpRequest,
  control: CallControl,
) => Promise<T | NoCredential>;

/** @param what the calls wait for, for messages */
export function createCredentialWait<T>(what: string, parts: CredentialWaitParts): CredentialWait<T> {
  const { settings, clock, turns } = parts;
  const maxWaiting = settings['pool.max_waiting'];
  const maxPerCaller = settings['pool.max_waiting_per_caller'];
  const waitWithin = createWaitWithin<T>(clock, turns);
  let waiting = 0;
  /** The waiting calls of each caller. Undefined if callers have no limit. */
  const shares = maxPerCaller > 0 ? new Tally() : undefined;

  return async (pending, request, control) => {
    if (waiting >= maxWaiting) {
      return failed('overload', `too many calls wait for ${what} (pool.max_waiting)`);
    }
    const caller = shares && callerKey(control.caller);
    if (shares !== undefined && shares.of(caller) >= maxPerCaller) {
      const cause = `too many calls of one caller wait for ${what} (pool.max_waiting_per_caller)`;
      return failed('overload', cause);
    }
    const held = parts.waiting.enter(request, control);
    if (held === undefined) {
      return failed('overload', 'the waiting calls hold too many bytes (pool.max_waiting_bytes)');
    }
    waiting += 1;
    shares?.add(caller);
    try {
      const got = await waitWithin(pending, control);
      if (got === 'canceled') return failed('canceled', `cancelled while it waited for ${what}`);
      if (got === 'timeout')
        return failed('timeout', `the deadline passed while the call waited for ${what}`);
      return got;
    } finally {
      waiting -= 1;
      shares?.remove(caller);
      parts.waiting.leave(held);
    }
  };
}

function failed(code: NoCredential['code'], cause: string): NoCredential {
  return { kind: 'no_credential', code, cause, retryAfterMs: undefined };
}
