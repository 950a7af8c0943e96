import { type JsonText, jsonText } from '../../../json-text/json-text.js';
import { hashOfName, hasTwice, MAX_NAMES } from '../../../json-text/name-hashes.js';
import { HEAD_LENGTHS, MAX_BOUNDS } from '../../payload-slots.js';
import { unsignedAt } from '../big-endian.js';
import type { Read } from '../read.js';
import { type Heads, LIST, MAP, SCALAR, TEXT } from '../type-heads.js';
import { JsonWriter } from './json-writer.js';

const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Reads the elements of a message, with long args and kwargs as JSON text. So the router can
 * forward them as JSON without creating values. Returns undefined if the frame must be read in the
 * usual way. This is the case if it is not a message with a payload, or if it has values that JSON
 * cannot express or can express in two ways.
 *
 * @param frame a frame that the scan has accepted
 */
export type SplitBinary = (frame: Buffer) => unknown[] | undefined;

/** @param long bytes of the shortest args or kwargs that become text */
export function createSplitBinary(heads: Heads, read: Read, long: number): SplitBinary {
  const { kinds, sizes, lengths, scalarAt, emptyList } = heads;
  const json = new JsonWriter();
  const names: number[] = [];
  let nameCount = 0;
  let bytes: Buffer = NOTHING;
  let view: DataView = NO_VIEW;
  let at = 0;

  function lengthOf(type: number): number {
    const size = sizes[type] as number;
    if (size === 0) return lengths[type] as number;
    at += size;
    return unsignedAt(bytes, at - size, size);
  }

  /** Writes the value at `at` as JSON. Returns false if that is not possible. */
  function value(): boolean {
    const type = bytes[at++] as number;
    switch (kinds[type]) {
      case SCALAR:
        at += sizes[type] as number;
        return scalar(scalarAt(bytes, type, at - (sizes[type] as number)));
      case TEXT: {
        const length = lengthOf(type);
        at += length;
        return json.text(bytes, view, at - length, at);
      }
      case LIST:
        return list(lengthOf(type));
      case MAP:
        return dict(lengthOf(type), undefined);
      default:
        return false;
    }
  }

  function scalar(value: unknown): boolean {
    if (typeof value !== 'number' && typeof value !== 'bigint') {
      json.ascii(String(value));
      return true;
    }
    if (typeof value === 'number' && !isAlikeInJson(value)) return false;
    json.number(value);
    return true;
  }

  function list(length: number): boolean {
    json.sign(OPEN_LIST);
    for (let index = 0; index < length; index++) {
      if (index > 0) json.sign(COMMA);
      if (!value()) return false;
    }
    json.sign(CLOSE_LIST);
    return true;
  }

  /** @param bounds gets the positions of the entries, see `EntryBounds` */
  function dict(length: number, bounds: number[] | undefined): boolean {
    const firstName = nameCount;
    if (nameCount + length > MAX_NAMES) return false;
    const start = json.length;
    json.sign(OPEN_OBJECT);
    for (let index = 0; index < length; index++) {
      if (index > 0) json.sign(COMMA);
      const type = bytes[at++] as number;
      if (kinds[type] !== TEXT) return false;
      const nameLength = lengthOf(type);
      names[nameCount++] = hashOfName(bytes, at, at + nameLength);
      at += nameLength;
      const nameStart = json.length;
      if (!json.text(bytes, view, at - nameLength, at)) return false;
      const nameEnd = json.length;
      json.sign(COLON);
      const valueStart = json.length;
      if (!value()) return false;
      bounds?.push(nameStart - start, nameEnd - start, valueStart - start, json.length - start);
    }
    json.sign(CLOSE_OBJECT);
    // The text must not repeat a name. For equal names the parsed dictionary has only the last one.
    if (hasTwice(names, firstName, nameCount)) return false;
    nameCount = firstName;
    return true;
  }

  /**
   * Reads args or kwargs, according to `kind`. Returns undefined for a value of another kind, or
   * one that JSON cannot express.
   */
  function slot(kind: number): JsonText | unknown[] | object | undefined {
    const start = at;
    const type = bytes[at] as number;
    if (kinds[type] !== kind) return undefined;
    json.clear();
    nameCount = 0;
    at++;
    const length = lengthOf(type);
    const bounds: number[] | undefined = kind === MAP && 4 * length <= MAX_BOUNDS ? [] : undefined;
    if (!(kind === MAP ? dict(length, bounds) : list(length))) return undefined;
    if (at - start < long) return read(bytes.subarray(start, at)) as object;
    return jsonText('', json.copy(0), '', bounds, true);
  }

  function split(): unknown[] | undefined {
    const type = bytes[at++] as number;
    if (kinds[type] !== LIST) return undefined;
    const length = lengthOf(type);
    const headStart = at;
    const codeType = bytes[at] as number;
    if (kinds[codeType] !== SCALAR) return undefined;
    const headLength = HEAD_LENGTHS.get(scalarAt(bytes, codeType, at + 1)) ?? Number.POSITIVE_INFINITY;
    if (length <= headLength || length > headLength + 2) return undefined;
    for (let left = headLength; left > 0; left--) if (!value()) return undefined;
    const head = Buffer.concat([Buffer.of(emptyList + headLength), bytes.subarray(headStart, at)]);
    const elements = read(head) as unknown[];
    const args = slot(LIST);
    if (args === undefined) return undefined;
    elements.push(args);
    if (length === headLength + 1) return elements;
    const kwargs = slot(MAP);
    if (kwargs === undefined) return undefined;
    elements.push(kwargs);
    return elements;
  }

  return (frame) => {
    bytes = frame;
    view = new DataView(frame.buffer, frame.byteOffset, frame.length);
    at = 0;
    nameCount = 0;
    try {
      return split();
    } finally {
      // This function must not keep a large frame in memory.
      json.clear();
      bytes = NOTHING;
      view = NO_VIEW;
    }
  };
}

const NOTHING = Buffer.alloc(0);
const NO_VIEW = new DataView(new ArrayBuffer(0));

/**
 * Whether JSON preserves a number. It must not become an exact integer, lose its sign, or become
 * null.
 */
function isAlikeInJson(number: number): boolean {
  if (!Number.isInteger(number)) return Number.isFinite(number);
  return Math.abs(number) <= 2 ** 53 && !Object.is(number, -0);
}
