import { isUtf8 } from 'node:buffer';
import { checkJson } from '../../json-text/check-json.js';
import type { HttpResponse } from '../../upstream/http-message.js';
import { isAlike, responseHeader } from '../../upstream/response-headers.js';
import { decodeText, isLatin1Named, isUtf8Named } from './decode-text.js';
import { readMediaType } from './media-type.js';

/** A decoded body: JSON stays UTF-8, validated and unparsed, until somebody needs its value. */
export type ReplyBody =
  | {
      readonly kind: 'json';
      readonly json: Uint8Array;
      /** The same in the caller's format, where that was written already. */
      readonly packed?: Uint8Array | undefined;
    }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** Why a body cannot be handed over. */
export interface RefusedBody {
  readonly kind: 'refused';
  /** For the log. */
  readonly reason: string;
  /** For the caller, where there is more to say than that the answer cannot be used. */
  readonly message?: string;
}

export type DecodedBody = ReplyBody | RefusedBody;

/** Deeper JSON than this is refused: parsers that recurse, the callers' among them, could not read it. */
export const MAX_NESTING = 1_000;
export const TOO_DEEP: RefusedBody = {
  kind: 'refused',
  reason: `the answer's JSON is nested deeper than ${MAX_NESTING} levels`,
};

/** JSON as it is commonly written: it is UTF-8 (RFC 8259 §8.1). */
const PLAIN_JSON = ['application/json', 'application/json; charset=utf-8', 'application/json;charset=utf-8'];
/** How a procedure's answers are read: by their media type, or by one rule whatever that says. */
export type DecodeRule = 'auto' | 'json' | 'text' | 'bytes';

/**
 * Reads a body by its media type: JSON as JSON, other text as text (JSON where it looks and parses like JSON), anything
 * else as bytes. Bytes that are no text become U+FFFD, so that no WAMP client closes its connection over them
 * (RFC 6455 §8.1).
 *
 * @param rule `response.decode`: anything but `auto` takes the media type's place.
 */
export function decodeBody(answer: HttpResponse, rule: DecodeRule = 'auto'): DecodedBody {
  const { body } = answer;
  if (body.length === 0) return { kind: 'text', text: '' };
  const field = responseHeader(answer.headers, 'content-type');
  // Nearly all answers: neither the field nor the body becomes a string.
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

/** JSON is UTF-8 (RFC 8259 §8.1), also where a server names Latin-1 or ASCII for all that it sends. */
function readJsonIn(body: Buffer, charset: string): DecodedBody {
  if (isUtf8(body) && (isUtf8Named(charset) || isLatin1Named(charset))) return readJson(withoutMark(body));
  const text = decodeText(body, charset);
  return readJson(Buffer.from(text), text);
}

/** @param text the same as a string, where there is one already. */
function readJson(json: Buffer, text?: string): DecodedBody {
  // The bytes themselves go on and no value is made of them, so that big integers and odd numbers stay as they came.
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
