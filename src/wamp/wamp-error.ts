import type { Dict, Payload } from './payload.js';
import { argsOf } from './payload-values.js';
import { ERROR_URI } from './uris.js';

/** An ERROR, an ABORT or a lost session. A session's methods throw it. */
export class WampError extends Error {
  override readonly name = 'WampError';
  readonly uri: string;
  readonly args: Payload['args'];
  readonly kwargs: Payload['kwargs'];
  readonly details: Dict;

  constructor(uri: string, payload: Payload, details: Dict = {}) {
    super(messageOf(payload, details) ?? uri);
    this.uri = uri;
    this.args = payload.args;
    this.kwargs = payload.kwargs;
    this.details = details;
  }
}

/** The session or its connection has ended. The other end did not answer. */
export class SessionLost extends WampError {
  constructor(message: string) {
    super(ERROR_URI.networkFailure, { args: [message] });
  }
}

/**
 * The sender's human-readable message, if there is one: the first argument, or `message` of
 * ABORT.Details.
 */
function messageOf(payload: Payload, details: Dict): string | undefined {
  const first = payload.args === undefined ? details['message'] : argsOf(payload)[0];
  return typeof first === 'string' ? first : undefined;
}
