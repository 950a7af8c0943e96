import type { NamedTemplate } from '../../../config/model.js';
import { BadRequest, type Call } from '../call.js';
import { encodeText } from './encode-text.js';
import { compileTemplate, isScalar } from './fill-template.js';

export const HEADERS_TOO_LARGE =
  'The headers would be larger than what pool.max_request_header_size of the service allows';

/**
 * Characters not allowed in a cookie's value (RFC 6265 §4.1.1), and `%`, so that decoding is exact.
 */
const NOT_COOKIE_OCTET = /[^\x21\x23\x24\x26-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]/gu;

/**
 * Compiles the `Cookie` header of a procedure. The header is undefined if no cookie has a value. A
 * value from a call is percent-encoded if needed, so that it cannot start a second cookie.
 * Constants are sent as configured.
 *
 * @param max the maximum number of characters of a value
 * @param parameters further cookies, as `name=value`
 */
export function compileCookies(
  entries: readonly NamedTemplate[],
  realm: string,
  max: number,
  parameters?: (call: Call) => readonly string[],
): (call: Call) => string | undefined {
  const compiled = entries.map(({ name, template }) => ({
    name,
    constant: template.parts.every((part) => typeof part === 'string'),
    fill: compileTemplate(template, `cookie ${name}`, realm),
  }));
  return (call) => {
    const pairs: string[] = [];
    for (const { name, constant, fill } of compiled) {
      const value = fill(call);
      if (value === undefined || value === null) continue;
      if (!isScalar(value)) throw new BadRequest(`Cookie ${name} must be text, a number or a boolean`);
      const text = String(value);
      if (text.length > max) throw new BadRequest(HEADERS_TOO_LARGE);
      pairs.push(`${name}=${constant ? text : encodeCookie(text, name)}`);
    }
    if (parameters !== undefined) pairs.push(...parameters(call));
    return pairs.length === 0 ? undefined : pairs.join('; ');
  };
}

/** Encodes a value for a cookie. */
export function encodeCookie(text: string, name: string): string {
  return text.replace(NOT_COOKIE_OCTET, (character) => encodeText(character, 'Cookie', name));
}
