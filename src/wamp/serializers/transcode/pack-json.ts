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

/** No value takes more bytes than its JSON and these: `1.5` takes 9, and text of 64 KB has 5 before it. */
const MOST_MORE = 16;
const NO_ROOM = -2;
/** Of so many keys two are nearly sure to have one hash: to look for them would take long. */
const MOST_KEYS = 200_000;
/** Bytes of JSON that are packed in one step: what takes longest, numbers with an exponent, takes some 5 ms. */
const STEP_BYTES = 32 * 1024;

/**
 * Writes JSON text as a binary format has it, without making values of it: what would be written of its values, but that a
 * dictionary keeps the order of its keys.
 *
 * @returns bytes that are overwritten by the next call; undefined for JSON that has to be read before it can be written:
 * where a key may be there twice, or text stands for bytes (see `binary-text.ts`) or is half a surrogate pair, where
 * an integer has more than 64 bit, and what nests too deep or is no JSON
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

/** As {@link PackJson}, in steps for the event loop to go on in between; what comes out is nobody else's. */
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

/** How far the packing of a text has come. */
interface Progress {
  /** The byte of the JSON that is looked at next. */
  at: number;
  /** Where begins what is written. */
  out: number;
  /** Of the string that is half written: where begins what was written of it; -1 where none is. */
  inText: number;
  depth: number;
  isDict: boolean;
  /** The values, keys included, that what is open has had so far. */
  count: number;
  keyCount: number;
  /** By depth: the same of what was open; of a dictionary their complement. */
  readonly outer: Int32Array;
}

function begin({ bytes }: PackMemory, length: number, outer: Int32Array): Progress {
  const at = length - 1;
  return { at, out: bytes.length, inText: -1, depth: 0, isDict: false, count: 0, keyCount: 0, outer };
}

/**
 * Goes through JSON from its end to its begin, and writes from the end of the memory on: when a list or a dictionary
 * begins, what it holds has been written and counted. What is written never reaches what is still to be read.
 *
 * @param stop the byte before which it pauses; 0 where it goes on to the begin
 */
function pack(memory: PackMemory, progress: Progress, stop: number, format: PackFormat): number {
  const { bytes, view, keys } = memory;
  const { outer } = progress;
  let { at, out, inText, depth, isDict, count, keyCount } = progress;
  // The last part of a text is before no other.
  const textStop = stop === 0 ? -1 : stop;
  while (at >= stop) {
    if (out - at < MOST_MORE && inText < 0) return NO_ROOM;
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
        // In a dictionary a value comes first, seen from the end.
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
          if (count > MOST_KEYS) return NOT_PACKED;
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
        // What else is no part of a number: white space, commas and colons.
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
