import { type ResponseClass, responseClass } from '../../../observe/observer.js';
import type { Reply } from './reply.js';

/**
 * How a call ended to which the upstream responded, for metrics and the console. The reply decides,
 * because `success` and `error_path` change what a status means: an error with a 2xx is like a 4xx,
 * and a result with a 404 is a success.
 */
export function responseOutcome(reply: Reply, status: number): ResponseClass {
  if (reply.kind === 'error' && status < 300) return 'client_error';
  if (reply.kind === 'result' && status >= 400) return 'ok';
  return responseClass(status);
}
