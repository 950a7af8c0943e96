import type { JsonText } from '../../../json-text/json-text.js';
import { hashOfName, hasTwice } from '../../../json-text/name-hashes.js';
import { JSON_TEXT_NESTING } from '../../payload-values.js';
import { NOT_PACKED, type PackFormat, packHead } from './pack-format.js';
import { createPackMemory, layJson, lengthOf, newPackMemory, type PackMemory } from './pack-memory.js';
import { packNumber } from './pack-number.js';
import { PAUSED, packText } from './pack-text.js';

/** Bytes of JSON's grammar (RFC 8259 section 2). */
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const LOWER_A = 0x61;
const LOWER_E = 0x65;
const LOWER_L = 0x6c;
const LOWER_T = 0x74;
const OPEN_DICT = 0x7b;
const CLOSE_DICT = 0x7d;

/**
 * Maximum bytes by which a value exceeds its JSON. For example, `1.5` takes 9 bytes, and the head
 * of a long text takes 5.
 */
const MAX_GROWTH = 16;
const NO_ROOM = -2;
/**
 * With more keys, two keys almost certainly have equal hashes, so the search for duplicates is
 * useless.
 */
const MAX_KEYS = 200_000;
/** Bytes of JSON per step. The slowest content, numbers with an exponent, takes about 5 ms. */
const STEP_BYTES = 32 * 1024;

/**
 * Converts JSON text to a binary format without creating values. The output is the same as for the
 * parsed values, except that dictionaries keep the order of their keys.
 *
 * @returns bytes that the next call overwrites. Undefined if the JSON must be parsed first. This is
 * the case if a key may occur twice, text represents bytes (see `binary-text.ts`) or has a lone
 * surrogate, an integer exceeds 64 bits, or the JSON is invalid or nested too deep.
 */
export type PackJson = (json: JsonText) => Uint8Array | undefined;

export function createPackJson(format: PackFormat): PackJson {
  const memoryFor = createPackMemory();
  const outer = new Int32Array(JSON_TEXT_NESTING);

  return (json) => {
    const length = lengthOf(json);
    let memory = memoryFor(length, false);
    layJson(memory, json);
    let start = pack(memory, begin(memory, length, outer), 0, format);
    if (start === NO_ROOM) {
      memory = memoryFor(length, true);
      layJson(memory, json);
      start = pack(memory, begin(memory, length, outer), 0, format);
    }
    return start < 0 ? undefined : memory.bytes.subarray(start);
  };
}

/** Like {@link PackJson}, into new memory. The event loop can run between its steps. */
export type PackJsonInSteps = (json: JsonText) => Generator<void, Uint8Array | undefined>;

export function createPackJsonInSteps(format: PackFormat): PackJsonInSteps {
  return function* (json) {
    const length = lengthOf(json);
    for (const again of [false, true]) {
      const memory = newPackMemory(length, again);
      layJson(memory, json);
      const progress = begin(memory, length, new Int32Array(JSON_TEXT_NESTING));
      let start = PAUSED;
      while (start === PAUSED) {
        yield;
        start = pack(memory, progress, Math.max(progress.at - STEP_BYTES, 0), format);
      }
      if (start >= 0) return memory.bytes.subarray(start);
      if (start !== NO_ROOM) break;
    }
    return undefined;
  };
}

/** The state of packing a text. */
interface Progress {
  /** The index of the next byte of the JSON. */
  at: number;
  /** The index at which the output starts. */
  out: number;
  /** The index at which an incomplete string starts in the output; -1 if there is none. */
  inText: number;
  depth: number;
  isDict: boolean;
  /** Values and keys so far in the open list or dictionary. */
  count: number;
  keyCount: number;
  /**
   * By depth: the `count` of each outer list, and the complement of the `count` of each outer
   * dictionary.
   */
  readonly outer: Int32Array;
}

function begin({ bytes }: PackMemory, length: number, outer: Int32Array): Progress {
  const at = length - 1;
  return { at, out: bytes.length, inText: -1, depth: 0, isDict: false, count: 0, keyCount: 0, outer };
}

/**
 * Reads JSON backwards, and writes backwards from the end of the memory. So at the start of a list
 * or dictionary, its contents are already written and counted. The output never reaches unread
 * input.
 *
 * @param stop the index before which it pauses; 0 for no pause
 */
function pack(memory: PackMemory, progress: Progress, stop: number, format: PackFormat): number {
  const { bytes, view, keys } = memory;
  const { outer } = progress;
  // `| 0` and `=== true` tell V8 the types, because it does not know the types of an object's
  // properties. Without them the loop takes a tenth longer.
  let at = progress.at | 0;
  let out = progress.out | 0;
  let inText = progress.inText | 0;
  let depth = progress.depth | 0;
  let isDict = progress.isDict === true;
  let count = progress.count | 0;
  let keyCount = progress.keyCount | 0;
  // There is no pause in the last step.
  const textStop = stop === 0 ? -1 : stop;
  while (at >= stop) {
    if (out - at < MAX_GROWTH && inText < 0) return NO_ROOM;
    const byte = inText < 0 ? (bytes[at] as number) : QUOTE;
    switch (byte) {
      case QUOTE: {
        const start =
          inText < 0
            ? packText(memory, at - 1, out, out, textStop)
            : packText(memory, at, inText, out, textStop);
        if (start < 0) {
          if (start !== PAUSED) return start;
          progress.at = memory.next;
          Object.assign(progress, { out, inText: memory.to, depth, isDict, count, keyCount });
          return PAUSED;
        }
        inText = -1;
        at = memory.next;
        // When reading backwards, a value comes before its key.
        if (isDict && count % 2 === 1) {
          if (keyCount === keys.length) return NO_ROOM;
          keys[keyCount++] = hashOfName(bytes, start, out);
        }
        out = packHead(view, start, format.text, out - start);
        count++;
        break;
      }
      case CLOSE_LIST:
      case CLOSE_DICT:
        if (depth === JSON_TEXT_NESTING) return NOT_PACKED;
        count++;
        outer[depth++] = isDict ? ~count : count;
        isDict = byte === CLOSE_DICT;
        count = 0;
        at--;
        break;
      case OPEN_LIST:
      case OPEN_DICT: {
        if (depth === 0 || isDict !== (byte === OPEN_DICT)) return NOT_PACKED;
        if (isDict) {
          if (count % 2 === 1) return NOT_PACKED;
          count /= 2;
          keyCount -= count;
          if (count > MAX_KEYS) return NOT_PACKED;
          if (hasTwice(keys, keyCount, keyCount + count)) return NOT_PACKED;
        }
        out = packHead(view, out, isDict ? format.dict : format.list, count);
        count = outer[--depth] as number;
        isDict = count < 0;
        if (isDict) count = ~count;
        at--;
        break;
      }
      case LOWER_E: {
        const isTrue = bytes[at - 3] === LOWER_T;
        if (!isTrue && bytes[at - 3] !== LOWER_A) return NOT_PACKED;
        bytes[--out] = isTrue ? format.true : format.false;
        at -= isTrue ? 4 : 5;
        count++;
        break;
      }
      case LOWER_L:
        bytes[--out] = format.null;
        at -= 4;
        count++;
        break;
      default: {
        const end = at + 1;
        at--;
        // Skips white space, commas and colons.
        if (byte <= COMMA || byte === COLON) break;
        while (at >= 0 && isOfNumber(bytes[at] as number)) at--;
        out = packNumber(bytes, view, at + 1, end, out, format);
        if (out === NOT_PACKED) return NOT_PACKED;
        count++;
      }
    }
  }
  if (at >= 0) {
    Object.assign(progress, { at, out, inText, depth, isDict, count, keyCount });
    return PAUSED;
  }
  return depth === 0 && count === 1 ? out : NOT_PACKED;
}

const isOfNumber = (byte: number): boolean =>
  (byte >= MINUS && byte <= NINE) || byte === PLUS || (byte | 0x20) === LOWER_E;
