import type { ServiceSettings } from '../config/model.js';
import type { HttpResponse } from '../upstream/http-message.js';
import { firstHeader } from '../upstream/response-headers.js';

/** Where a token response contains its token. */
export type TokenPlace =
  /** At a path in the JSON. An empty path means the whole body. */
  | { readonly kind: 'path'; readonly path: readonly string[] }
  /** In a header. */
  | { readonly kind: 'header'; readonly name: string };

/** Reads `auth.fetch.token_path` and `auth.fetch.token_header`. */
export function readTokenPlace(settings: ServiceSettings): TokenPlace {
  const header = settings['auth.fetch.token_header'];
  return header === undefined
    ? { kind: 'path', path: settings['auth.fetch.token_path'] ?? [] }
    : { kind: 'header', name: header };
}

/** The parsed body of a token response. */
export interface TokenDocument {
  /** The value of the JSON, or the fields of the form. Undefined if the body is neither. */
  readonly value: unknown;
  readonly text: string;
}

/**
 * Reads the body of a token response. It is JSON, or a form if the content type says so. Some
 * endpoints send a form even if the request accepts only JSON.
 */
export function readTokenDocument({ body, headers }: HttpResponse): TokenDocument {
  // The decoder ignores a byte order mark, as RFC 8259 §8.1 allows.
  const text = new TextDecoder().decode(body);
  try {
    return { value: JSON.parse(text), text };
  } catch {
    const isForm = /^application\/x-www-form-urlencoded\b/i.test(firstHeader(headers, 'content-type') ?? '');
    return { value: isForm ? Object.fromEntries(new URLSearchParams(text.trim())) : undefined, text };
  }
}

/** The reason why a response contains no token, for the log. */
export interface NoTokenThere {
  readonly problem: string;
}

/** The token of a response. */
export function tokenIn(
  place: TokenPlace,
  response: HttpResponse,
  { value, text }: TokenDocument,
): string | NoTokenThere {
  if (place.kind === 'header') {
    return (
      firstHeader(response.headers, place.name) || {
        problem: 'it does not have the header that token_header names',
      }
    );
  }
  if (place.path.length === 0) return wholeToken(value, text) ?? { problem: 'its whole body is not a token' };
  if (value === undefined) return { problem: 'its response is not JSON' };
  const token = valueAt(value, place.path);
  return typeof token === 'string' && token !== '' ? token : { problem: 'no text at token_path' };
}

/**
 * Returns the token in a body that is a JSON string or plain text. Returns undefined for anything
 * else, such as an HTML page.
 */
function wholeToken(value: unknown, text: string): string | undefined {
  if (typeof value === 'string') return value || undefined;
  if (value !== undefined && typeof value !== 'number') return undefined;
  const token = text.trim();
  return token === '' || /^[<{[]|[\r\n]/.test(token) ? undefined : token;
}

/**
 * The value at a path in a JSON document. A number is an index of a list. Reads only own
 * properties, so that a step `constructor` finds nothing.
 */
export function valueAt(document: unknown, path: readonly string[]): unknown {
  let value = document;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}
