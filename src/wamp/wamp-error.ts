import type { Dict, Payload } from './payload.js';
import { argsOf } from './payload-values.js';

/** An ERROR, ABORT or lost session, as the one who called or joined gets it. */
export class WampError extends Error {
  override readonly name = 'WampError';
  readonly uri: string;
  readonly args: Payload['args'];
  readonly kwargs: Payload['kwargs'];
  readonly details: Dict;

  constructor(uri: string, payload: Payload, details: Dict = {}) {
    super(sentenceOf(payload, details) ?? uri);
    this.uri = uri;
    this.args = payload.args;
    this.kwargs = payload.kwargs;
    this.details = details;
  }
}

/** The readable part, where the sender gave one: first argument, or `message` of an ABORT's details. */
function sentenceOf(payload: Payload, details: Dict): string | undefined {
  const first = payload.args === undefined ? details['message'] : argsOf(payload)[0];
  return typeof first === 'string' ? first : undefined;
}
