import type { ServiceSettings } from '../config/model.js';
import type { HttpResponse } from '../upstream/http-message.js';
import { firstHeader } from '../upstream/response-headers.js';

/** Where a token answer has its token. */
export type TokenPlace =
  /** In the JSON, step by step; the whole of it where there is no step. */
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

/** The answer of a token endpoint, read. */
export interface TokenDocument {
  /** The value that its JSON is, or the fields of its form; undefined where it is neither. */
  readonly value: unknown;
  readonly text: string;
}

/**
 * Reads the body of a token answer. A form counts too, where the answer says that it is one: some endpoints answer so
 * whatever the request accepts.
 */
export function readTokenDocument({ body, headers }: HttpResponse): TokenDocument {
  // A byte order mark may be ignored (RFC 8259 §8.1), and the decoder does so.
  const text = new TextDecoder().decode(body);
  try {
    return { value: JSON.parse(text), text };
  } catch {
    const isForm = /^application\/x-www-form-urlencoded\b/i.test(firstHeader(headers, 'content-type') ?? '');
    return { value: isForm ? Object.fromEntries(new URLSearchParams(text.trim())) : undefined, text };
  }
}

/** Why there is no token, in words for the log. */
export interface NoTokenThere {
  readonly problem: string;
}

/** The token of an answer. */
export function tokenIn(
  place: TokenPlace,
  answer: HttpResponse,
  { value, text }: TokenDocument,
): string | NoTokenThere {
  if (place.kind === 'header') {
    return firstHeader(answer.headers, place.name) || { problem: 'no header named as token_header says' };
  }
  if (place.path.length === 0) return wholeToken(value, text) ?? { problem: 'it is not a token as a whole' };
  if (value === undefined) return { problem: 'its answer is not JSON' };
  const token = valueAt(value, place.path);
  return typeof token === 'string' && token !== '' ? token : { problem: 'no text at token_path' };
}

/** A JSON string, or the text as it stands. A document of any other kind, a page for instance, is no token. */
function wholeToken(value: unknown, text: string): string | undefined {
  if (typeof value === 'string') return value || undefined;
  if (value !== undefined && typeof value !== 'number') return undefined;
  const token = text.trim();
  return token === '' || /^[<{[]|[\r\n]/.test(token) ? undefined : token;
}

/** Own members only: a path named `constructor` leads nowhere. A number leads into a list. */
export function valueAt(document: unknown, path: readonly string[]): unknown {
  let value = document;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}
