import { type Refusal, refusal } from './refusal.js';
import type { RequestHead } from './request-head.js';

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD'];

/** Refuses methods that no path has. */
export function checkMethod({ method }: RequestHead): Refusal | undefined {
  if (method === 'POST' || SAFE_METHODS.includes(method)) return undefined;
  return refusal(405, 'method', 'Only GET, HEAD and POST are allowed.', { allow: 'GET, HEAD, POST' });
}

/**
 * Demands `application/json` for a body. The form of a web page cannot send this type, and a script
 * can send it to another origin only after a preflight, which is refused (Fetch Standard, "CORS
 * protocol").
 */
export function checkContent({ method, contentType, hasBody }: RequestHead): Refusal | undefined {
  if (SAFE_METHODS.includes(method)) {
    return hasBody ? refusal(400, 'bad_request', `A ${method} request must not have a body.`) : undefined;
  }
  if (contentType === undefined && !hasBody) return undefined;
  const isJson = /^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i.test(contentType?.trim() ?? '');
  return isJson
    ? undefined
    : refusal(415, 'content_type', 'A body needs the field Content-Type: application/json.');
}
