import type { PasswordKeys } from '../password-keys.js';
import type { Challenge } from './challenge.js';
import { loginMethod } from './login-method.js';

/** WAMP "Ticket-based Authentication": the client sends the password itself. */
export const ticket = loginMethod({
  name: 'ticket',
  isJudgedByAuthenticator: true,
  isComplete: ({ authid }) => authid !== undefined,
  credential: ({ matches }) => matches,
  decoy: ({ matches }) => matches,
  challenge: (matches) => challengeTicket(matches),
});

function challengeTicket(matches: PasswordKeys['matches']): Challenge {
  return {
    extra: {},
    verify: async ({ signature }, derive) => ((await matches(signature, derive)) ? {} : false),
  };
}
