import { MESSAGE } from '../wamp/messages.js';
import { NOTHING } from '../wamp/payload.js';
import type { Session } from './model.js';

/** Why a request is refused. */
export type Objection = readonly [uri: string, message: string];

/** Responds to a request with an ERROR, whose one argument is a message for people. */
export function refuse(
  session: Session,
  requestType: number,
  request: number,
  uri: string,
  message: string,
): undefined {
  // The connection may carry another session by now.
  if (session.gone) return;
  session.peer.send({
    type: MESSAGE.ERROR,
    requestType,
    request,
    details: NOTHING,
    uri,
    payload: { args: [message] },
  });
}
