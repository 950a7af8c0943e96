/**
 * Bytes that JSON writes as `"\0"` and base64 (WAMP, "Binary conversion of JSON Strings").
 * JSON.stringify calls toJSON, so payloads without bytes cost nothing. It is a class, because
 * adding a method to each value takes ten times as long, and a frame may contain a million values.
 */
class WampBytes extends Uint8Array {
  static {
    // To all other code, a value looks like a plain Uint8Array. A subarray of it is a plain
    // Uint8Array.
    Object.defineProperty(WampBytes.prototype, 'constructor', { value: Uint8Array });
  }

  toJSON(): string {
    return `\0${Buffer.from(this.buffer, this.byteOffset, this.byteLength).toString('base64')}`;
  }
}

/**
 * Wraps bytes for a payload, without copying them. Binary serializers write bytes, JSON writes
 * text.
 */
export function wampBytes(bytes: Uint8Array): Uint8Array {
  return new WampBytes(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}

/** Shorter bytes are copied. */
const LARGE_BYTES = 64 * 1024;

/**
 * The bytes from `start` to `end` of a frame, for a payload. A copy, which does not keep the frame
 * alive. A file that is most of its frame is not copied, because it may have many megabytes.
 */
export function bytesOfFrame(frame: Uint8Array, start: number, end: number): Uint8Array {
  const bytes = frame.subarray(start, end);
  const isMost = bytes.length >= LARGE_BYTES && bytes.length > frame.buffer.byteLength / 2;
  return isMost ? wampBytes(bytes) : new WampBytes(bytes);
}
