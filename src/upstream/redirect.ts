import type { HttpRequest, HttpResponse } from './http-message.js';
import { firstHeader } from './response-headers.js';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * The request that an answer redirects to, or undefined where it is not to be followed: another status, a method other
 * than GET and HEAD, another origin, or a Location that is none (RFC 9110 §15.4).
 */
export function redirectedRequest(request: HttpRequest, answer: HttpResponse): HttpRequest | undefined {
  if (!REDIRECTS.has(answer.status) || (request.method !== 'GET' && request.method !== 'HEAD'))
    return undefined;
  const location = firstHeader(answer.headers, 'location');
  if (location === undefined) return undefined;
  const target = parseUrl(location, request);
  if (
    target === undefined ||
    target.origin !== request.origin ||
    target.username !== '' ||
    target.password !== ''
  ) {
    return undefined;
  }
  return { ...request, path: target.pathname + target.search };
}

function parseUrl(location: string, request: HttpRequest): URL | undefined {
  try {
    return new URL(location, request.origin + request.path);
  } catch {
    return undefined;
  }
}
