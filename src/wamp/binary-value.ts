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

/** Like {@link wampBytes}, for a copy of the bytes. */
export function copyOfBytes(bytes: Uint8Array): Uint8Array {
  return new WampBytes(bytes);
}
