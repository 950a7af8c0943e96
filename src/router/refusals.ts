import { MESSAGE } from '../wamp/messages.js';
import { NOTHING } from '../wamp/payload.js';
import type { Session } from './model.js';

/** Why a request is refused. */
export type Objection = readonly [uri: string, sentence: string];

/** Answers a request with an ERROR whose one argument is a sentence for people. */
export function refuse(
  session: Session,
  requestType: number,
  request: number,
  uri: string,
  sentence: string,
): undefined {
  // Its connection may carry another session by now.
  if (session.gone) return;
  session.peer.send({
    type: MESSAGE.ERROR,
    requestType,
    request,
    details: NOTHING,
    uri,
    payload: { args: [sentence] },
  });
}
