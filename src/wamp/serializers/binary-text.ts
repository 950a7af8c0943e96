import { isJsonText, textOfJson } from '../../json-text/json-text.js';
import { wampBytes } from '../binary-value.js';
import type { Payload } from '../payload.js';

/**
 * Text that stands for bytes: JSON has none, so WAMP writes them as a string of U+0000 and base64 (WAMP section "Binary
 * conversion of JSON Strings"). It is turned into bytes only on its way from JSON to a serializer that knows bytes, so
 * that JSON reaches JSON untouched, and text of other serializers stays text whatever it begins with.
 */

/** Stands on the lists and dictionaries of a payload that was read from JSON and has such text in it. */
const HAS_BINARY_TEXT = Symbol('has binary text');
/** Every such text has this in its JSON: U+0000 must be escaped there (RFC 8259 section 7), and has no other escape. */
const ESCAPED_NUL = '\\u0000';
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The bytes that a text stands for; undefined where it is but a text. */
export function bytesOfText(text: string): Uint8Array | undefined {
  if (text.charCodeAt(0) !== 0 || text.length % 4 !== 1) return undefined;
  const base64 = text.slice(1);
  return BASE64.test(base64) ? wampBytes(Buffer.from(base64, 'base64')) : undefined;
}

/** Whether JSON can have such text in it: a search that costs next to nothing, and is seldom wrong. */
export function mayHoldBinaryText(json: string): boolean {
  return json.includes(ESCAPED_NUL);
}

/**
 * Marks what holds such text in a payload that was read from JSON, down to the innermost lists and dictionaries, for a
 * part of a payload may become the payload of another message.
 */
export function markBinaryText(payload: Payload): void {
  mark(payload.args);
  mark(payload.kwargs);
}

/** True where text of this slot of a payload may stand for bytes. */
export function holdsBinaryText(slot: NonNullable<Payload['args'] | Payload['kwargs']>): boolean {
  return isJsonText(slot) ? mayHoldBinaryText(textOfJson(slot)) : HAS_BINARY_TEXT in slot;
}

/** Recursion is safe here: the nesting was counted when the JSON was read. */
function mark(value: unknown): boolean {
  if (typeof value === 'string') return value.charCodeAt(0) === 0;
  if (typeof value !== 'object' || value === null) return false;
  let found = false;
  if (Array.isArray(value)) {
    for (const item of value) found = mark(item) || found;
  } else {
    const dict = value as Record<string, unknown>;
    for (const key in dict) found = mark(dict[key]) || found;
  }
  if (found) Object.defineProperty(value, HAS_BINARY_TEXT, { value: true });
  return found;
}
