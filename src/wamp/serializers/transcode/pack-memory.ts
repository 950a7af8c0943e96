import type { JsonText } from '../../../json-text/json-text.js';

/** What JSON is packed in: it stands at the begin, and is overwritten from the end of the memory on. */
export interface PackMemory {
  readonly bytes: Buffer;
  /** On the same bytes. */
  readonly view: DataView;
  /** For a hash of each key of the dictionaries that are open. */
  readonly keys: Int32Array;
  /** The byte of the JSON before a text or an escape that was read: a second result, which as an object would be one a text. */
  next: number;
  /** Where begins what was written of a text whose rest comes later: a third one. */
  to: number;
}

/** Memory from this size on is not kept. */
const KEPT_BYTES = 128 * 1024;
/** However short the JSON is. */
const LEAST_BYTES = 64;
/** Of JSON that any key has at least, as in `"":0,`; nearly all have twice as many. */
const ENTRY_BYTES = 5;

/**
 * Gives memory for JSON of `length` bytes: the same again and again where that is little. The first time it is enough
 * for all but odd JSON, `again` it is for any: the worst are `1.5,`, four bytes that take nine, and `"":0,`.
 */
export function createPackMemory(): (length: number, again: boolean) => PackMemory {
  let kept: PackMemory | undefined;
  return (length, again) => {
    if (sizeFor(length, again) > KEPT_BYTES) return newPackMemory(length, again);
    kept ??= memoryOf(KEPT_BYTES, KEPT_BYTES / ENTRY_BYTES);
    return kept;
  };
}

/** As what {@link createPackMemory} gives, for one text and no other. */
export function newPackMemory(length: number, again: boolean): PackMemory {
  return memoryOf(sizeFor(length, again), length / (again ? ENTRY_BYTES : 2 * ENTRY_BYTES));
}

function sizeFor(length: number, again: boolean): number {
  return length + Math.ceil(length * (again ? 1.5 : 0.25)) + LEAST_BYTES;
}

function memoryOf(size: number, keys: number): PackMemory {
  const bytes = Buffer.allocUnsafeSlow(size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  return { bytes, view, keys: new Int32Array(Math.ceil(keys)), next: 0, to: 0 };
}

/** Bytes of a JSON text. */
export function lengthOf({ before, bytes, after }: JsonText): number {
  return Buffer.byteLength(before) + bytes.length + Buffer.byteLength(after);
}

/** Puts JSON to the begin of memory that is large enough. */
export function layJson(memory: PackMemory, { before, bytes, after }: JsonText): void {
  const start = layText(memory.bytes, 0, before);
  memory.bytes.set(bytes, start);
  layText(memory.bytes, start + bytes.length, after);
}

/** Up to so many characters a loop is quicker than a call into the runtime. */
const SHORT = 32;

function layText(target: Buffer, start: number, text: string): number {
  if (text.length > SHORT) return start + target.write(text, start, 'utf8');
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return start + target.write(text, start, 'utf8');
    target[start + index] = code;
  }
  return start + text.length;
}
