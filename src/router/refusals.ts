import { MESSAGE } from '../wamp/messages.js';
import { NOTHING } from '../wamp/payload.js';
import { ERROR_URI } from '../wamp/uris.js';
import type { Session } from './model.js';

/** Why a request or a login is refused: an error URI, and a text for people. */
export interface Refusal {
  readonly uri: string;
  readonly message: string;
}

/** A request: the type of its message, and its ID. */
export interface Request {
  readonly type: number;
  readonly request: number;
}

/** Responds to a request with an ERROR. Its one argument is the message of the refusal. */
export function refuse(session: Session, { type, request }: Request, { uri, message }: Refusal): undefined {
  // The connection may carry another session by now.
  if (session.gone) return;
  session.peer.send({
    type: MESSAGE.ERROR,
    requestType: type,
    request,
    details: NOTHING,
    uri,
    payload: { args: [message] },
  });
}

export const RESERVED_URI: Refusal = {
  uri: ERROR_URI.invalidUri,
  message: 'URIs that begin with wamp. are reserved for the router',
};

export const OPAQUE_PAYLOAD: Refusal = {
  uri: ERROR_URI.featureNotSupported,
  message: 'payload transparency is not supported',
};

export const NO_DISCLOSURE: Refusal = {
  uri: ERROR_URI.discloseMeDisallowed,
  message: 'this realm does not disclose identities',
};
