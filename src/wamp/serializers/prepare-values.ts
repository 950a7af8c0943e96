import { bytesOfText } from './binary-text.js';
import { setOwnEntry } from './set-entry.js';

/**
 * Makes a value ready for a library that writes MessagePack or CBOR.
 *
 * - Integers beyond 32 bit become BigInt: both libraries would write them as floats, and autobahn|python drops a
 *   connection whose session ID is one. A whole number beyond ±2^53 is no exact integer and stays a float.
 * - Text from JSON that stands for bytes becomes bytes, where `binaryText` says that there may be some.
 * - As in JSON (ECMA-262 section 25.5.2), what is undefined is left out of a dictionary and null in a list, and a value
 *   with a method `toJSON` stands for what that returns. -0 becomes 0.
 *
 * What needs no change is returned as it is, and only what leads to a change is copied.
 *
 * @throws TypeError for text with half a surrogate pair, which has no UTF-8; RangeError for a BigInt that `holds`
 * refuses, and for circles
 */
export type Prepare = (value: unknown, binaryText: boolean) => unknown;

/** @param holds whether the format can write an integer of any size */
export function createPrepare(holds: (integer: bigint) => boolean): Prepare {
  return function prepare(value, binaryText) {
    switch (typeof value) {
      case 'string':
        if (!value.isWellFormed()) throw new TypeError('text with half a surrogate pair');
        return (binaryText ? bytesOfText(value) : undefined) ?? value;
      case 'number':
        return isLongInteger(value) ? BigInt(value) : value;
      case 'bigint':
        if (!holds(value)) throw new RangeError('an integer that is too large for the format');
        return value;
      case 'object':
        if (value === null || value instanceof Uint8Array) return value;
        if (Array.isArray(value)) return prepareList(value, binaryText, prepare);
        if ('toJSON' in value && typeof value.toJSON === 'function') {
          return prepare(value.toJSON(), binaryText);
        }
        return prepareDict(value as Record<string, unknown>, binaryText, prepare);
      case 'boolean':
        return value;
      default:
        return undefined;
    }
  };
}

const isLongInteger = (value: number): boolean =>
  (value | 0) !== value && value >>> 0 !== value && Number.isInteger(value) && Math.abs(value) <= 2 ** 53;

// Each value is prepared once, also where a copy has begun: twice at each level would be 2^depth times at the bottom.

function prepareList(list: readonly unknown[], binaryText: boolean, prepare: Prepare): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const before = list[index];
    const after = prepare(before, binaryText);
    if (copy === undefined && after === before && after !== undefined) continue;
    copy ??= list.slice(0, index);
    copy.push(after ?? null);
  }
  return copy ?? list;
}

function prepareDict(dict: Record<string, unknown>, binaryText: boolean, prepare: Prepare): object {
  let copy: Record<string, unknown> | undefined;
  for (const key in dict) {
    if (!key.isWellFormed()) throw new TypeError('a key with half a surrogate pair');
    const before = dict[key];
    const after = prepare(before, binaryText);
    if (copy === undefined && after === before && after !== undefined) continue;
    copy ??= entriesBefore(dict, key);
    if (after !== undefined) setOwnEntry(copy, key, after);
  }
  return copy ?? dict;
}

function entriesBefore(dict: Record<string, unknown>, end: string): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key in dict) {
    if (key === end) break;
    setOwnEntry(copy, key, dict[key]);
  }
  return copy;
}
