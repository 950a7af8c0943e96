import type { SendOutcome } from '../wamp/peer.js';
import { ERROR_URI } from '../wamp/uris.js';
import type { Objection } from './refusals.js';

/** What a caller is told when a message of its call could not be handed on: no call is left without an answer. */
export function undeliverable(outcome: SendOutcome, to: 'caller' | 'callee'): Objection {
  const what = to === 'callee' ? 'the arguments' : 'the answer';
  switch (outcome) {
    case 'too_large':
      return [
        ERROR_URI.payloadSizeExceeded,
        `${what} would be longer than what the ${to} takes, or than what may still wait for it`,
      ];
    case 'unencodable': {
      const uri = to === 'callee' ? ERROR_URI.invalidArgument : ERROR_URI.runtimeError;
      return [uri, `${what} cannot be written for the ${to}`];
    }
    default:
      return [ERROR_URI.networkFailure, `the ${to} cannot be reached`];
  }
}
