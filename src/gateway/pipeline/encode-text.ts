import { BadRequest } from './call.js';

/**
 * Percent-encodes everything but unreserved characters (RFC 3986 §2.3) and `!'()*`.
 *
 * @param what and `name` are for the message alone: `Path variable`, `id`.
 * @throws BadRequest where the text holds half a character, which no UTF-8 can carry.
 */
export function encodeText(text: string, what: string, name: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    throw new BadRequest(`${what} ${name} holds half a character (a lone surrogate)`);
  }
}
