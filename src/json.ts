import { parse, stringify } from 'json-custom-numbers';

/**
 * JSON without loss: integers beyond 2^53 are BigInt, and digits again when written. The runtime's own JSON does the
 * work unless a text or a value has such an integer, for it is several times as fast.
 */

/** A text without 16 digits in a row has no integer that a double can't hold (2^53 has 16). */
const LONG_DIGITS = /\d{16}/;
const INTEGER = /^-?\d+$/;

/** Nesting deeper than was allowed; thrown before anything recursive has touched the value. */
export class JsonTooDeep extends Error {
  override readonly name = 'JsonTooDeep';
}

/**
 * Parses JSON text. A key `__proto__` becomes a property like any other.
 *
 * @param maxNesting levels of lists and objects allowed; default: no limit.
 * @throws SyntaxError where the text is not JSON, {@link JsonTooDeep} where it nests too deeply.
 */
export function parseJson(text: string, maxNesting: number = Number.POSITIVE_INFINITY): unknown {
  if (jsonNestingExceeds(text, maxNesting)) {
    throw new JsonTooDeep(`JSON nested deeper than ${maxNesting} levels`);
  }
  return LONG_DIGITS.test(text) ? parse(text, undefined, parseNumber) : JSON.parse(text);
}

/** @throws RangeError where the value is nested too deeply for the runtime's stack. */
export function stringifyJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return stringify(value, undefined, undefined, writeBigInt);
  }
}

/** True where lists and objects nest deeper than `limit`, judged by the brackets outside strings. */
export function jsonNestingExceeds(text: string, limit: number): boolean {
  // Every level takes an opening bracket, and most texts are too short to have that many.
  if (text.length <= limit) return false;
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case 0x22: // "
        index = endOfString(text, index);
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth++;
        if (depth > limit) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
    }
  }
  return false;
}

/** The index of the quote that ends the string beginning at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  let index = start;
  for (;;) {
    index = text.indexOf('"', index + 1);
    if (index < 0) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(index - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return index;
  }
}

function parseNumber(_key: string | number | undefined, digits: string): number | bigint {
  const number = Number(digits);
  return INTEGER.test(digits) && !Number.isSafeInteger(number) ? BigInt(digits) : number;
}

function writeBigInt(_key: string, value: unknown, type: string): string | undefined {
  return type === 'bigint' ? String(value) : undefined;
}
