import { bytesOfFrame } from '../../binary-value.js';
import { signed64At, unsignedAt } from '../big-endian.js';
import { createKeyCache } from '../key-cache.js';
import type { Read } from '../read.js';
import { setOwnEntry } from '../set-entry.js';
import { LIST, MAP, SCALAR, TEXT } from '../type-heads.js';
import { textBetween } from '../utf8.js';
import { scalarAt } from './type-heads.js';
import { BINARY, KINDS, LENGTHS, SIZES, TIMESTAMP_EXTENSION } from './types.js';

const NOTHING = Buffer.alloc(0);

/**
 * Creates a reader of MessagePack. A timestamp becomes its seconds since 1970, as in CBOR.
 *
 * It replaces the reader of msgpackr, which renames a key `__proto__`, and drops a byte order mark
 * at the start of longer text.
 */
export function createMsgpackReader(): Read {
  const keyOf = createKeyCache(31);
  let bytes: Buffer = NOTHING;
  let at = 0;

  function value(): unknown {
    const type = bytes[at++] as number;
    const kind = KINDS[type];
    if (kind === SCALAR) {
      const size = SIZES[type] as number;
      at += size;
      return scalarAt(bytes, type, at - size);
    }
    const length = lengthOf(type);
    switch (kind) {
      case TEXT:
        at += length;
        return textBetween(bytes, at - length, at);
      case LIST:
        return list(length);
      case MAP:
        return dict(length);
      case BINARY:
        at += length;
        return bytesOfFrame(bytes, at - length, at);
      default:
        at += 1 + length;
        return bytes[at - length - 1] === TIMESTAMP_EXTENSION ? seconds(at - length, length) : undefined;
    }
  }

  function lengthOf(type: number): number {
    const size = SIZES[type] as number;
    if (size === 0) return LENGTHS[type] as number;
    at += size;
    return unsignedAt(bytes, at - size, size);
  }

  function list(length: number): unknown[] {
    const items = new Array<unknown>(length);
    for (let index = 0; index < length; index++) items[index] = value() ?? null;
    return items;
  }

  function dict(length: number): Record<string, unknown> {
    const entries: Record<string, unknown> = {};
    for (let index = 0; index < length; index++) {
      const keyLength = lengthOf(bytes[at++] as number);
      at += keyLength;
      const key = keyOf(bytes, at - keyLength, at);
      const item = value();
      if (item !== undefined) setOwnEntry(entries, key, item);
    }
    return entries;
  }

  /** Timestamp 32, 64 and 96. */
  function seconds(start: number, length: number): number {
    if (length === 4) return bytes.readUInt32BE(start);
    const nanoseconds = bytes.readUInt32BE(start);
    if (length === 12) return Number(signed64At(bytes, start + 4)) + nanoseconds / 1e9;
    const whole = (nanoseconds & 3) * 2 ** 32 + bytes.readUInt32BE(start + 4);
    return whole + (nanoseconds >>> 2) / 1e9;
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
