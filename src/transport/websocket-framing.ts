/**
 * WebSocket frames as a server writes them (RFC 6455 §5.2): one frame per message, not masked. ws
 * writes header and payload as two chunks with a callback each, which is a large part of the cost
 * of a small message. So this file writes messages itself. ws still reads all frames, and writes
 * pings, pongs and close frames.
 */

/** FIN and the opcode. */
const TEXT = 0x81;
const BINARY = 0x82;

/** Octets of a header with the length in 7, 7 + 16 and 7 + 64 bits. */
const SHORT = 2;
const MEDIUM = 4;
const LONG = 10;
const MAX_SHORT_LENGTH = 125;
const MAX_MEDIUM_LENGTH = 0xffff;

/** Octets of a frame's header. @param length octets of the payload */
export function headerSize(length: number): number {
  if (length <= MAX_SHORT_LENGTH) return SHORT;
  return length <= MAX_MEDIUM_LENGTH ? MEDIUM : LONG;
}

/** Writes the header of a frame at the start of a buffer. */
export function writeHeader(target: Buffer, isBinary: boolean, length: number): void {
  target[0] = isBinary ? BINARY : TEXT;
  if (length <= MAX_SHORT_LENGTH) {
    target[1] = length;
  } else if (length <= MAX_MEDIUM_LENGTH) {
    target[1] = 126;
    target.writeUInt16BE(length, 2);
  } else {
    target[1] = 127;
    target.writeBigUInt64BE(BigInt(length), 2);
  }
}

/** Encodes the header of a frame. The caller writes the payload after it. */
export function messageHeader(isBinary: boolean, length: number): Buffer {
  const header = Buffer.allocUnsafe(headerSize(length));
  writeHeader(header, isBinary, length);
  return header;
}

/** Encodes a frame in one buffer. */
export function encodeMessage(isBinary: boolean, payload: string | Uint8Array): Buffer {
  const length = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
  const start = headerSize(length);
  const frame = Buffer.allocUnsafe(start + length);
  writeHeader(frame, isBinary, length);
  if (typeof payload === 'string') frame.write(payload, start, 'utf8');
  else frame.set(payload, start);
  return frame;
}
