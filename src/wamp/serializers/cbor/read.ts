import { bytesOfFrame, wampBytes } from '../../binary-value.js';
import { unsignedAt } from '../big-endian.js';
import { createKeyCache } from '../key-cache.js';
import type { Read } from '../read.js';
import { setOwnEntry } from '../set-entry.js';
import { textBetween } from '../utf8.js';
import { isBignum, NEGATIVE_BIGNUM } from './tags.js';
import { scalarAt } from './type-heads.js';
import { argumentSize, BREAK, BYTES, INDEFINITE, LIST, MAP, TAG, TEXT } from './types.js';

const NOTHING = Buffer.alloc(0);

/**
 * Creates a reader of CBOR with the tags of `tags.ts`.
 *
 * It replaces the reader of cbor-x, which does not read strings of indefinite length, renames a key
 * `__proto__`, drops a byte order mark at the start of longer text, and takes quadratic time for a
 * bignum.
 */
export function createCborReader(): Read {
  const keyOf = createKeyCache(23);
  let bytes: Buffer = NOTHING;
  let at = 0;

  function value(): unknown {
    let head = bytes[at++] as number;
    while (head >> 5 === TAG) {
      const tag = argument(head);
      head = bytes[at++] as number;
      if (isBignum(tag)) return bignum(tag, head);
    }
    switch (head >> 5) {
      case BYTES:
        return byteString(head);
      case TEXT:
        return text(head);
      case LIST:
        return list(head);
      case MAP:
        return dict(head);
      default:
        return scalar(head);
    }
  }

  /** Reads a length, a count or a tag. The scan ensures that it is below 2^53. */
  function argument(head: number): number {
    const size = argumentSize(head & 0x1f);
    at += size;
    return size === 0 ? head & 0x1f : unsignedAt(bytes, at - size, size);
  }

  function bignum(tag: number, head: number): number | bigint {
    const hex = Buffer.from(byteString(head)).toString('hex');
    const exact = BigInt(`0x0${hex}`);
    return tag === NEGATIVE_BIGNUM ? narrowed(-1n - exact) : narrowed(exact);
  }

  function byteString(head: number): Uint8Array {
    if ((head & 0x1f) === INDEFINITE) return wampBytes(chunks());
    const length = argument(head);
    at += length;
    return bytesOfFrame(bytes, at - length, at);
  }

  /**
   * Joins the chunks of a string of indefinite length. Adds up their lengths first, because there
   * may be millions of chunks.
   */
  function chunks(): Buffer {
    const start = at;
    let length = 0;
    for (let head = bytes[at++] as number; head !== BREAK; head = bytes[at++] as number) {
      const size = argument(head);
      length += size;
      at += size;
    }
    const whole = Buffer.allocUnsafeSlow(length);
    at = start;
    length = 0;
    for (let head = bytes[at++] as number; head !== BREAK; head = bytes[at++] as number) {
      const size = argument(head);
      bytes.copy(whole, length, at, at + size);
      length += size;
      at += size;
    }
    return whole;
  }

  function text(head: number): string {
    if ((head & 0x1f) === INDEFINITE) return chunks().toString('utf8');
    const length = argument(head);
    at += length;
    return textBetween(bytes, at - length, at);
  }

  function list(head: number): unknown[] {
    if ((head & 0x1f) === INDEFINITE) {
      const items: unknown[] = [];
      while (bytes[at] !== BREAK) items.push(value() ?? null);
      at++;
      return items;
    }
    const length = argument(head);
    const items = new Array<unknown>(length);
    for (let index = 0; index < length; index++) items[index] = value() ?? null;
    return items;
  }

  function dict(head: number): Record<string, unknown> {
    const entries: Record<string, unknown> = {};
    if ((head & 0x1f) === INDEFINITE) {
      while (bytes[at] !== BREAK) entry(entries);
      at++;
      return entries;
    }
    for (let left = argument(head); left > 0; left--) entry(entries);
    return entries;
  }

  function entry(entries: Record<string, unknown>): void {
    const head = bytes[at++] as number;
    const key = (head & 0x1f) < 24 ? shortKey(head & 0x1f) : text(head);
    const item = value();
    if (item !== undefined) setOwnEntry(entries, key, item);
  }

  function shortKey(length: number): string {
    at += length;
    return keyOf(bytes, at - length, at);
  }

  function scalar(head: number): unknown {
    const size = argumentSize(head & 0x1f);
    at += size;
    return scalarAt(bytes, head, at - size);
  }

  return (frame) => {
    bytes = frame;
    at = 0;
    try {
      return value();
    } finally {
      // The reader must not keep a large frame in memory.
      bytes = NOTHING;
    }
  };
}

const LIMIT = 2n ** 53n;

function narrowed(exact: bigint): number | bigint {
  return exact >= -LIMIT && exact <= LIMIT ? Number(exact) : exact;
}
