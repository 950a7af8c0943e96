import { isUtf8 } from 'node:buffer';
import { checkJson } from '../../../json-text/check-json.js';
import type { HttpResponse } from '../../../upstream/http-message.js';
import { isAlike, responseHeader } from '../../../upstream/response-headers.js';
import { decodeText, isLatin1Named, isUtf8Named } from './decode-text.js';
import { readMediaType } from './media-type.js';

/** A decoded body. JSON is checked, and stays unparsed UTF-8 until its value is needed. */
export type ReplyBody =
  | {
      readonly kind: 'json';
      readonly json: Uint8Array;
      /** The JSON in the caller's format, if it is already packed. */
      readonly packed?: Uint8Array | undefined;
    }
  | { readonly kind: 'text'; readonly text: string }
  /** A long text for a caller with a binary format. The format contains these bytes unchanged. */
  | { readonly kind: 'utf8'; readonly utf8: Buffer }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** The reason why a body cannot be passed to the caller. */
export interface RefusedBody {
  readonly kind: 'refused';
  /** For the log. */
  readonly reason: string;
  /** For the caller. Default: a general message that the response cannot be used. */
  readonly message?: string;
}

export type DecodedBody = ReplyBody | RefusedBody;

/**
 * The maximum nesting of JSON. Recursive parsers, including those of callers, cannot read deeper
 * JSON.
 */
export const MAX_NESTING = 1_000;
export const TOO_DEEP: RefusedBody = {
  kind: 'refused',
  reason: `the JSON of the response is nested deeper than ${MAX_NESTING} levels`,
};

/** The common values of Content-Type for JSON. JSON is UTF-8 (RFC 8259 §8.1). */
const PLAIN_JSON = ['application/json', 'application/json; charset=utf-8', 'application/json;charset=utf-8'];
/** How a procedure's responses are read: by their media type (`auto`), or always in one way. */
export type DecodeRule = 'auto' | 'json' | 'text' | 'bytes';

/**
 * Reads a body by its media type: JSON as JSON, other text as text, and anything else as bytes.
 * Text that is a valid JSON list or object counts as JSON too. In text, invalid bytes become
 * U+FFFD, because a WAMP client closes its connection on invalid UTF-8 (RFC 6455 §8.1).
 *
 * @param rule `response.decode`. A value other than `auto` replaces the media type.
 */
export function decodeBody(response: HttpResponse, rule: DecodeRule = 'auto'): DecodedBody {
  const { body } = response;
  if (body.length === 0) return { kind: 'text', text: '' };
  const field = responseHeader(response.headers, 'content-type');
  // This is a fast path for nearly all responses. It creates no string from the field or the body.
  const isPlain = field !== undefined && PLAIN_JSON.some((type) => isAlike(field, type));
  if (isPlain && rule === 'auto' && isUtf8(body)) return readJson(withoutMark(body));
  const { reading, charset } = readMediaType(field?.toString('latin1'));
  switch (rule === 'auto' ? reading : rule) {
    case 'bytes':
      return { kind: 'bytes', bytes: body };
    case 'json':
      return readJsonIn(body, charset);
    case 'text': {
      const text = decodeText(body, charset);
      const mayBeJson = rule === 'auto' && /^\s*[{[]/.test(text);
      return mayBeJson ? readJson(Buffer.from(text), text) : { kind: 'text', text };
    }
  }
}

/**
 * Reads valid UTF-8 as UTF-8 (RFC 8259 §8.1), even if the response declares Latin-1 or ASCII, because
 * some servers declare these for everything. Otherwise uses the declared charset.
 */
function readJsonIn(body: Buffer, charset: string): DecodedBody {
  if (isUtf8(body) && (isUtf8Named(charset) || isLatin1Named(charset))) return readJson(withoutMark(body));
  const text = decodeText(body, charset);
  return readJson(Buffer.from(text), text);
}

/** @param text the same JSON as a string, if it already exists */
function readJson(json: Buffer, text?: string): DecodedBody {
  // Passes the bytes on without parsing them, so that all digits of a number stay as they are.
  switch (checkJson(json, MAX_NESTING)) {
    case 'valid':
      return { kind: 'json', json };
    case 'invalid':
      return { kind: 'text', text: text ?? json.toString('utf8') };
    case 'too_deep':
      return TOO_DEEP;
  }
}

/** A byte order mark is not part of JSON (RFC 8259 §8.1). */
export function withoutMark(body: Buffer): Buffer {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body;
}
