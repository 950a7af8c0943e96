import { isUtf8 } from 'node:buffer';

/**
 * The header fields of a response as they arrived: name, value, name, value … in octets. Only the
 * fields that are looked up are decoded.
 */
export type ResponseHeaders = readonly Buffer[];

/** The bit in which an upper-case and a lower-case letter differ. */
const LETTER_CASE = 0x20;

/** Returns the first value of a field in octets, or undefined. @param name in lower case */
export function responseHeader(headers: ResponseHeaders, name: string): Buffer | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    if (isAlike(headers[index] as Buffer, name)) return headers[index + 1];
  }
  return undefined;
}

/** The first value of a field, or undefined. @param name in lower case */
export function firstHeader(headers: ResponseHeaders, name: string): string | undefined {
  const value = responseHeader(headers, name);
  return value && textOf(value);
}

/** All values of a field, in the order in which they arrived. @param name in lower case */
export function allHeaders(headers: ResponseHeaders, name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    if (isAlike(headers[index] as Buffer, name)) values.push(textOf(headers[index + 1] as Buffer));
  }
  return values;
}

/** Whether octets equal a text, ignoring case (RFC 9110 §5.1). @param text in lower case */
export function isAlike(octets: Buffer, text: string): boolean {
  return octets.length === text.length && beginsAlike(octets, text);
}

/** Whether octets begin with a text, ignoring case. @param text in lower case */
export function beginsAlike(octets: Buffer, text: string): boolean {
  if (octets.length < text.length) return false;
  for (let index = 0; index < text.length; index++) {
    const octet = octets[index] as number;
    const wanted = text.charCodeAt(index);
    if (octet === wanted) continue;
    const isLetter = wanted >= 0x61 && wanted <= 0x7a;
    if (!isLetter || (octet | LETTER_CASE) !== wanted) return false;
  }
  return true;
}

/**
 * Octets beyond ASCII are obsolete (RFC 9110 §5.5). Servers that send them use UTF-8 or Latin-1.
 * Text in Latin-1 is rarely valid UTF-8.
 */
function textOf(value: Buffer): string {
  return value.toString(isUtf8(value) ? 'utf8' : 'latin1');
}
