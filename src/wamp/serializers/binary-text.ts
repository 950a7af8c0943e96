import { bytesInText } from '../../json-text/bytes-in-text.js';
import { isJsonText, textOfJson } from '../../json-text/json-text.js';
import { wampBytes } from '../binary-value.js';
import type { Payload } from '../payload.js';

/**
 * Text that represents bytes. JSON has no bytes, so WAMP writes them as a string of U+0000 and
 * base64 (WAMP section "Binary conversion of JSON Strings"). Such text becomes bytes only if it
 * comes from JSON and goes to a binary serializer. So JSON reaches JSON clients unchanged, and text
 * from other serializers stays text.
 */

/** Marks the lists and dictionaries that came from JSON and contain such text. */
const HAS_BINARY_TEXT = Symbol('has binary text');
/** The only JSON notation of U+0000, which must be escaped (RFC 8259 section 7). */
const ESCAPED_NUL = '\\u0000';

/** The bytes that a text represents. Undefined for ordinary text. */
export function bytesOfText(text: string): Uint8Array | undefined {
  const bytes = bytesInText(text);
  return bytes && wampBytes(bytes);
}

/**
 * Whether JSON may contain such text. It is a cheap search. It may find too much, which is rare,
 * but never misses such text.
 */
export function mayHoldBinaryText(json: string): boolean {
  return json.includes(ESCAPED_NUL);
}

/**
 * Marks the lists and dictionaries with such text in a payload from JSON. Marks nested ones too: a
 * part of a payload may become the payload of another message.
 */
export function markBinaryText(payload: Payload): void {
  mark(payload.args);
  mark(payload.kwargs);
}

/** Whether text in these args or kwargs may represent bytes. */
export function holdsBinaryText(slot: NonNullable<Payload['args'] | Payload['kwargs']>): boolean {
  return isJsonText(slot) ? mayHoldBinaryText(textOfJson(slot)) : HAS_BINARY_TEXT in slot;
}

/** Recursion is safe, because the parser of the JSON limited the nesting. */
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
