import { bytesOfText } from './binary-text.js';
import { setOwnEntry } from './set-entry.js';

/**
 * Prepares a value for a library that writes MessagePack or CBOR.
 *
 * - Integers beyond 32 bits become BigInt: both libraries would write them as floats, and
 *   autobahn|python drops the connection if the session ID is a float. A whole number beyond ±2^53
 *   is not exact and stays a float.
 * - Text from JSON that stands for bytes becomes bytes, if `binaryText` is true.
 * - As in JSON (ECMA-262 section 25.5.2), undefined is omitted from a dictionary and becomes null
 *   in a list. The result of the method `toJSON` replaces a value. -0 becomes 0.
 *
 * Returns the value itself if nothing changes. Copies only containers with a change.
 *
 * @throws TypeError for text with a lone surrogate, which UTF-8 cannot encode; RangeError for a
 * BigInt that `holds` refuses, and for circular references
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

// Both functions prepare each value once. If each level prepared its values twice, the deepest
// value would be prepared 2^depth times.

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
