/**
 * Header fields of an answer as they came: name, value, name, value … in octets. Nothing is made of those that nobody asks
 * for, which are most.
 */
export type AnswerHeaders = readonly Buffer[];

/** Makes two letters alike that differ in case alone. */
const LETTER_CASE = 0x20;

/** The first value of a field, or undefined. @param name in lower case */
export function firstHeader(headers: AnswerHeaders, name: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    if (isNamed(headers[index] as Buffer, name)) return textOf(headers[index + 1] as Buffer);
  }
  return undefined;
}

/** All values of a field, in the order in which they came. @param name in lower case */
export function allHeaders(headers: AnswerHeaders, name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    if (isNamed(headers[index] as Buffer, name)) values.push(textOf(headers[index + 1] as Buffer));
  }
  return values;
}

/** RFC 9110 §5.1: names know no case. */
function isNamed(field: Buffer, name: string): boolean {
  if (field.length !== name.length) return false;
  for (let index = 0; index < name.length; index++) {
    const octet = field[index] as number;
    const wanted = name.charCodeAt(index);
    if (octet === wanted) continue;
    const isLetter = wanted >= 0x61 && wanted <= 0x7a;
    if (!isLetter || (octet | LETTER_CASE) !== wanted) return false;
  }
  return true;
}

/** Octets beyond ASCII are obsolete, and read as Latin-1 (RFC 9110 §5.5). */
function textOf(value: Buffer): string {
  return value.toString('latin1');
}
