import { TextDecoder } from 'node:util';
import { jsonNestingExceeds } from '../../json.js';
import { firstHeader, type HttpAnswer } from '../../upstream/http-message.js';

/** A decoded body: JSON stays text, validated and unparsed, until somebody needs its value. */
export type ReplyBody =
  | { readonly kind: 'json'; readonly json: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** Deeper JSON than this is refused: parsers that recurse, the callers' among them, could not read it. */
const MAX_NESTING = 1_000;

const JSON_TYPE = /^(application\/json|text\/json|[\w.-]+\/[\w.-]+\+json)$/;
const TEXT_TYPE =
  /^(text\/.+|application\/(xml|javascript|x-javascript|ecmascript|x-www-form-urlencoded|yaml|x-yaml)|.+\+(xml|yaml))$/;

/**
 * Reads a body by its media type: JSON as JSON, other text as text (JSON where it looks and parses like JSON), anything
 * else as bytes. Bytes that are no text become U+FFFD, so that no WAMP client closes its connection over them
 * (RFC 6455 §8.1).
 */
export function decodeBody(
  answer: HttpAnswer,
): ReplyBody | { readonly kind: 'refused'; readonly reason: string } {
  const { body } = answer;
  if (body.length === 0) return { kind: 'text', text: '' };
  const { type, charset } = mediaType(firstHeader(answer.headers, 'content-type'));
  const isJson = type === '' || JSON_TYPE.test(type);
  if (!isJson && !TEXT_TYPE.test(type)) return { kind: 'bytes', bytes: body };
  const text = decodeText(body, charset);
  if (!isJson && !/^\s*[{[]/.test(text)) return { kind: 'text', text };
  if (!isValidJson(text)) return { kind: 'text', text };
  if (jsonNestingExceeds(text, MAX_NESTING)) {
    return { kind: 'refused', reason: `the answer's JSON is nested deeper than ${MAX_NESTING} levels` };
  }
  return { kind: 'json', json: text };
}

function isValidJson(text: string): boolean {
  try {
    // The value is thrown away: the text itself goes on, so that big integers and odd numbers stay as they came.
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** @returns the text without a byte order mark, which is not part of JSON (RFC 8259 §8.1). */
function decodeText(body: Buffer, charset: string): string {
  if (charset === '' || charset === 'utf-8' || charset === 'utf8') {
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
