import type { JsonText } from '../../../json-text/json-text.js';

/** Memory for packing. JSON is at its start; the output is written backwards from its end. */
export interface PackMemory {
  readonly bytes: Buffer;
  /** A view of the same bytes. */
  readonly view: DataView;
  /** For the hashes of the keys in open dictionaries. */
  readonly keys: Int32Array;
  /**
   * The index before the last text or escape. It is a second result of `packText`, without an
   * object for each text.
   */
  next: number;
  /**
   * The index at which an incomplete text starts in the output. It is a third result of `packText`.
   */
  to: number;
}

/** The maximum size of memory that is kept for reuse. */
const KEPT_BYTES = 128 * 1024;
/** Additional bytes that very short JSON needs. */
const LEAST_BYTES = 64;
/** The bytes of the shortest entry in JSON, `"":0,`. Nearly all entries are at least twice as long. */
const ENTRY_BYTES = 5;

/**
 * Creates a function that provides memory for JSON of `length` bytes. Short JSON always gets the
 * same memory. If `again` is false, the memory is enough for usual JSON. If that was too small, the
 * caller asks again with `again`, and gets enough for any JSON. The worst cases are `1.5,`, where
 * four bytes become nine, and `"":0,`.
 */
export function createPackMemory(): (length: number, again: boolean) => PackMemory {
  let kept: PackMemory | undefined;
  return (length, again) => {
    if (sizeFor(length, again) > KEPT_BYTES) return newPackMemory(length, again);
    kept ??= memoryOf(KEPT_BYTES, KEPT_BYTES / ENTRY_BYTES);
    return kept;
  };
}

/** Like {@link createPackMemory}, but always provides new memory. */
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

/** The bytes of JSON text. */
export function lengthOf({ before, bytes, after }: JsonText): number {
  return Buffer.byteLength(before) + bytes.length + Buffer.byteLength(after);
}

/** Copies JSON to the start of the memory, which must be large enough. */
export function layJson(memory: PackMemory, { before, bytes, after }: JsonText): void {
  const start = layText(memory.bytes, 0, before);
  memory.bytes.set(bytes, start);
  layText(memory.bytes, start + bytes.length, after);
}

/** Up to this many characters, a loop is faster than a call into the runtime. */
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
