import { BadRequest } from './call.js';

/**
 * Percent-encodes everything but unreserved characters (RFC 3986 §2.3) and `!'()*`.
 *
 * @param what and `name` are for the message alone: `Path variable`, `id`.
 * @throws BadRequest where the text holds half a character, which no UTF-8 can carry, or U+0000: a component that is not
 *   raw data should have none (RFC 3986 §7.3), and in JSON such text is bytes (WAMP, "Binary conversion of JSON Strings"),
 *   which are refused from the serializers that know bytes.
 */
export function encodeText(text: string, what: string, name: string): string {
  if (text.includes('\0')) {
    throw new BadRequest(`${what} ${name} holds the character U+0000, as bytes in JSON do`);
  }
  try {
    return encodeURIComponent(text);
  } catch {
    throw new BadRequest(`${what} ${name} holds half a character (a lone surrogate)`);
  }
}
