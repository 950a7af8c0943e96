import { MESSAGE } from '../wamp/messages.js';
import type { Dict } from '../wamp/payload.js';
import { isUri } from '../wamp/uris.js';
import { MAX_URI_LENGTH, type Session } from './model.js';

/** Details and options that say nothing: shared, since nobody may write to them. */
export const NOTHING: Dict = Object.freeze({});

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
  session.peer.send({
    type: MESSAGE.ERROR,
    requestType,
    request,
    details: NOTHING,
    uri,
    payload: { args: [sentence] },
  });
}

/** True for a URI that a procedure or topic may have. */
export function isUsableUri(uri: string): boolean {
  return uri.length <= MAX_URI_LENGTH && isUri(uri);
}
