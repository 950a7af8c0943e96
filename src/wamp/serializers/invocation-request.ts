import { isId } from '../ids.js';
import { MESSAGE } from '../messages.js';

/**
 * Reads the request of an INVOCATION from the first bytes of its frame, if the rest exceeds the
 * limits of decoding. Returns undefined for any other message.
 *
 * @param format the name of the serializer
 */
export function invocationRequestOf(frame: Buffer, format: string): number | undefined {
  switch (format) {
    case 'json':
      return inJson(frame);
    case 'msgpack':
      return inMessagePack(frame);
    case 'cbor':
      return inCbor(frame);
  }
  return undefined;
}

/** More than the code, the longest request and a few spaces. */
const HEAD_BYTES = 64;

function inJson(frame: Buffer): number | undefined {
  const [, code, request] =
    /^\s*\[\s*(\d+)\s*,\s*(\d+)\s*,/.exec(frame.toString('latin1', 0, HEAD_BYTES)) ?? [];
  return invocation(Number(code), Number(request));
}

/** A list of 4 to 6 elements, the code as a single byte, then the request. */
function inMessagePack(frame: Buffer): number | undefined {
  if (frame.length < HEAD_BYTES || !isBetween(frame[0], 0x94, 0x96)) return undefined;
  return invocation(frame[1], messagePackNumber(frame));
}

function messagePackNumber(frame: Buffer): number | undefined {
  const head = frame[2] as number;
  if (head < 0x80) return head;
  if (head === 0xcb) return frame.readDoubleBE(3);
  // 0xcc to 0xcf and 0xd0 to 0xd3: integers of 1, 2, 4 or 8 bytes. Some routers write signed ones.
  if (isBetween(head, 0xcc, 0xcf)) return unsigned(frame, 3, head - 0xcc);
  return isBetween(head, 0xd0, 0xd3) ? unsigned(frame, 3, head - 0xd0) : undefined;
}

/** The same as in MessagePack. CBOR writes the code 68 in two bytes. */
function inCbor(frame: Buffer): number | undefined {
  if (frame.length < HEAD_BYTES || !isBetween(frame[0], 0x84, 0x86) || frame[1] !== 0x18) return undefined;
  return invocation(frame[2], cborNumber(frame));
}

function cborNumber(frame: Buffer): number | undefined {
  const head = frame[3] as number;
  if (head < 0x18) return head;
  if (head === 0xfb) return frame.readDoubleBE(4);
  // 0x18 to 0x1b: an unsigned integer of 1, 2, 4 or 8 bytes.
  return isBetween(head, 0x18, 0x1b) ? unsigned(frame, 4, head - 0x18) : undefined;
}

function isBetween(value: number | undefined, first: number, last: number): boolean {
  return value !== undefined && value >= first && value <= last;
}

/** @param power the integer has 2^power bytes */
function unsigned(frame: Buffer, at: number, power: number): number {
  return power === 3 ? Number(frame.readBigUInt64BE(at)) : frame.readUIntBE(at, 2 ** power);
}

function invocation(code: number | undefined, request: number | undefined): number | undefined {
  return code === MESSAGE.INVOCATION && request !== undefined && isId(request) ? request : undefined;
}
