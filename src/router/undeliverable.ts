import type { SendOutcome } from '../wamp/peer.js';
import { ERROR_URI } from '../wamp/uris.js';
import type { Refusal } from './refusals.js';

/**
 * Returns the ERROR for a caller if a message of its call cannot be delivered. So every call ends.
 */
export function undeliverable(outcome: SendOutcome, to: 'caller' | 'callee'): Refusal {
  const what = to === 'callee' ? 'the arguments' : 'the response';
  switch (outcome) {
    case 'too_large':
      return {
        uri: ERROR_URI.payloadSizeExceeded,
        message: `${what} cannot be sent: longer than the ${to} accepts, or than the space left in its send queue`,
      };
    case 'unencodable': {
      const uri = to === 'callee' ? ERROR_URI.invalidArgument : ERROR_URI.runtimeError;
      return { uri, message: `${what} cannot be encoded for the ${to}` };
    }
    default:
      return { uri: ERROR_URI.networkFailure, message: `the ${to} cannot be reached` };
  }
}
