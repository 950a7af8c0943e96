import { BadRequest } from '../call.js';

/**
 * Percent-encodes everything except unreserved characters (RFC 3986 §2.3) and `!'()*`.
 *
 * U+0000 is refused for two reasons. A URL should not contain it (RFC 3986 §7.3). In JSON, it
 * starts a string that represents bytes (WAMP, "Binary conversion of JSON Strings"). Bytes from the
 * other serializers are refused too.
 *
 * @param what the kind of text, for the message: `Path variable`
 * @throws BadRequest if the text contains U+0000, or a lone surrogate, which UTF-8 cannot encode
 */
export function encodeText(text: string, what: string, name: string): string {
  if (text.includes('\0')) {
    throw new BadRequest(`${what} ${name} contains the character U+0000, which marks bytes in JSON`);
  }
  try {
    return encodeURIComponent(text);
  } catch {
    throw new BadRequest(`${what} ${name} contains a lone surrogate (half of a character)`);
  }
}
