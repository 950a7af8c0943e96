import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { checkJson } from '../../json-text/check-json.js';
import { findHeader, isAlike } from '../../upstream/answer-headers.js';
import type { HttpAnswer } from '../../upstream/http-message.js';

/** A decoded body: JSON stays UTF-8, validated and unparsed, until somebody needs its value. */
export type ReplyBody =
  | { readonly kind: 'json'; readonly json: Uint8Array }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** A body, or why it cannot be handed over. */
export type DecodedBody = ReplyBody | { readonly kind: 'refused'; readonly reason: string };

/** Deeper JSON than this is refused: parsers that recurse, the callers' among them, could not read it. */
const MAX_NESTING = 1_000;

const JSON_TYPE = /^(application\/json|text\/json|[\w.-]+\/[\w.-]+\+json)$/;
/** JSON as it is commonly written: it is UTF-8 (RFC 8259 §8.1). */
const PLAIN_JSON = ['application/json', 'application/json; charset=utf-8', 'application/json;charset=utf-8'];
const TEXT_TYPE =
  /^(text\/.+|application\/(xml|javascript|x-javascript|ecmascript|x-www-form-urlencoded|yaml|x-yaml)|.+\+(xml|yaml))$/;

/**
 * Reads a body by its media type: JSON as JSON, other text as text (JSON where it looks and parses like JSON), anything
 * else as bytes. Bytes that are no text become U+FFFD, so that no WAMP client closes its connection over them
 * (RFC 6455 §8.1).
 */
export function decodeBody(answer: HttpAnswer): DecodedBody {
  const { body } = answer;
  if (body.length === 0) return { kind: 'text', text: '' };
  const field = findHeader(answer.headers, 'content-type');
  // Nearly all answers: neither the field nor the body becomes a string.
  if (field !== undefined && PLAIN_JSON.some((type) => isAlike(field, type)) && isUtf8(body)) {
    return readJson(withoutMark(body));
  }
  const { type, charset } = mediaType(field?.toString('latin1'));
  const isJson = type === '' || JSON_TYPE.test(type);
  if (!isJson && !TEXT_TYPE.test(type)) return { kind: 'bytes', bytes: body };
  if (isJson && isUtf8Named(charset) && isUtf8(body)) return readJson(withoutMark(body));
  const text = decodeText(body, charset);
  if (!isJson && !/^\s*[{[]/.test(text)) return { kind: 'text', text };
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
      return { kind: 'refused', reason: `the answer's JSON is nested deeper than ${MAX_NESTING} levels` };
  }
}

function isUtf8Named(charset: string): boolean {
  return charset === '' || charset === 'utf-8' || charset === 'utf8';
}

/** A byte order mark is not part of JSON (RFC 8259 §8.1). */
function withoutMark(body: Buffer): Buffer {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body;
}

/** @returns the text without a byte order mark, which is not part of JSON (RFC 8259 §8.1). */
function decodeText(body: Buffer, charset: string): string {
  if (isUtf8Named(charset)) {
    const text = body.toString('utf8');
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }
  const decoder = decoderFor(charset);
  // As a stream: Node's decoder of windows-1252, which iso-8859-1 means too (WHATWG Encoding §4.2), errs in one go.
  return decoder.decode(body, { stream: true }) + decoder.decode();
}

function decoderFor(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder(); // a charset that nobody knows: UTF-8 is the likeliest
  }
}

function mediaType(field: string | undefined): { type: string; charset: string } {
  if (field === undefined) return { type: '', charset: '' };
  const semicolon = field.indexOf(';');
  if (semicolon < 0) return { type: field.trim().toLowerCase(), charset: '' };
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(field)?.[1] ?? '';
  return { type: field.slice(0, semicolon).trim().toLowerCase(), charset: charset.toLowerCase() };
}
