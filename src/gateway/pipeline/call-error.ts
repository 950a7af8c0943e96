import { CALL_ERRORS, type CallErrorCode } from '../../errors.js';
import type { Reply } from './reply.js';

/** Sentences that callers read. They name no host, path or cause: the log has those under the same id. */
const SENTENCES: Readonly<Record<CallErrorCode, string>> = {
  bad_request: 'The keyword arguments cannot become a request',
  connect: 'The upstream could not be reached, or the connection was lost',
  tls: 'No secure connection to the upstream could be made',
  bad_answer: 'The upstream gave an answer that cannot be used',
  timeout: 'The upstream did not answer in time',
  overload: 'Too many calls are waiting for this upstream; try again later',
  down: 'This service is not available now; try again later',
  auth: 'Authentication unavailable',
  secrets: 'Service credentials pending',
  canceled: 'The call was cancelled',
  internal: 'The gateway failed to handle this call',
};

/** What is known about a failure of the gateway's own. */
export interface CallError {
  readonly code: CallErrorCode;
  /** Requests begun, refused connections included. */
  readonly attempts: number;
  /** Ties the caller's error to the log's record. */
  readonly id: string;
  /** Instead of the code's general sentence. */
  readonly message?: string | undefined;
  /** Milliseconds until it makes sense to call again, where known. */
  readonly retryInMs?: number | undefined;
}

/**
 * The reply for an error that the gateway itself raises. `message` and `body` say the same, so that client code which
 * prints an upstream's error body prints something useful; `code` tells such an error from an upstream's answer.
 */
export function callErrorReply(error: CallError): Reply {
  const { uri, status } = CALL_ERRORS[error.code];
  const message = error.message ?? SENTENCES[error.code];
  const kwargs = {
    ...(status !== undefined && { status }),
    message,
    body: message,
    code: error.code,
    id: error.id,
    attempts: error.attempts,
    // Whole seconds, as in the header Retry-After (RFC 9110 §10.2.3); never 0, which would invite a tight loop.
    ...(error.retryInMs !== undefined && { retry_after: Math.max(1, Math.ceil(error.retryInMs / 1000)) }),
  };
  return { kind: 'failure', code: error.code, uri, kwargs };
}
