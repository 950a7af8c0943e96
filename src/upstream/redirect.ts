import type { HttpRequest, HttpResponse } from './http-message.js';
import { firstHeader } from './response-headers.js';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Returns the request that follows a redirect (RFC 9110 §15.4). Returns undefined if the response
 * is not a redirect or must not be followed: the method is neither GET nor HEAD, the origin
 * differs, or the Location is missing or not a URL.
 */
export function redirectedRequest(request: HttpRequest, response: HttpResponse): HttpRequest | undefined {
  if (!REDIRECTS.has(response.status) || (request.method !== 'GET' && request.method !== 'HEAD'))
    return undefined;
  const location = firstHeader(response.headers, 'location');
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

export function parseUrl(location: string, request: HttpRequest): URL | undefined {
  try {
    return new URL(location, request.origin + request.path);
  } catch {
    return undefined;
  }
}
