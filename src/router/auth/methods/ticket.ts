import type { PasswordKeys } from '../password-keys.js';
import type { Challenge } from './challenge.js';

/** WAMP "Ticket-based Authentication": the password itself comes over the wire. */
export function challengeTicket(keys: PasswordKeys): Challenge {
  return {
    extra: {},
    verify: async ({ signature }, derive) => ((await keys.matches(signature, derive)) ? {} : false),
  };
}
