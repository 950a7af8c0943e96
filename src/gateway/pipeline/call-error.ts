import { CALL_ERRORS, type CallErrorCode } from '../../errors.js';
import type { Reply } from './reply/reply.js';

/**
 * Messages for callers. They name no host, path or cause. The log line with the same ID contains
 * these.
 */
const MESSAGES: Readonly<Record<CallErrorCode, string>> = {
  bad_request: 'The keyword arguments cannot become a request',
  connect: 'The upstream could not be reached, or the connection was lost',
  tls: 'No secure connection to the upstream could be made',
  bad_answer: 'The upstream gave an answer that cannot be used',
  timeout: 'The upstream did not answer in time',
  overload: 'Too many calls are waiting for this upstream; try again later',
  rate_limited: 'Too many requests are sent to this upstream; try again later',
  down: 'This service is not available now; try again later',
  auth: 'Authentication unavailable',
  secrets: 'Service credentials pending',
  canceled: 'The call was cancelled',
  too_large: 'The response is larger than the router accepts',
  internal: 'The gateway failed to handle this call',
};

/** An error that the gateway itself raises. */
export interface CallError {
  readonly code: CallErrorCode;
  /** The number of attempted HTTP requests, including refused connections. */
  readonly attempts: number;
  /** The log line of this failure has the same ID. */
  readonly id: string;
  /** Default: the message of the code. */
  readonly message?: string | undefined;
  /** Milliseconds to wait before the next call, if known. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * The reply for such an error. `message` and `body` are equal. So client code that prints the body
 * of an upstream's error prints something useful here too. Only an error of the gateway has a
 * `code`.
 */
export function callErrorReply(error: CallError): Reply & { readonly kind: 'failure' } {
  const { uri, status } = CALL_ERRORS[error.code];
  const message = error.message ?? MESSAGES[error.code];
  const kwargs = {
    ...(status !== undefined && { status }),
    message,
    body: message,
    code: error.code,
    id: error.id,
    attempts: error.attempts,
    // Whole seconds, as in Retry-After (RFC 9110 §10.2.3). At least 1, so that no client calls in a
    // tight loop.
    ...(error.retryAfterMs !== undefined && {
      retry_after: Math.max(1, Math.ceil(error.retryAfterMs / 1000)),
    }),
  };
  return { kind: 'failure', code: error.code, uri, kwargs };
}
