/**
 * Bytes that JSON writes as `"\0"` and base64 (WAMP, "Binary conversion of JSON Strings").
 * JSON.stringify calls toJSON, so payloads without bytes cost nothing. A class, because adding a
 * method to each value takes ten times as long, and a frame may contain a million of them.
 */
class WampBytes extends Uint8Array {
  static {
    // Looks like a plain Uint8Array to all other code, and a subarray of it is one.
    Object.defineProperty(WampBytes.prototype, 'constructor', { value: Uint8Array });
  }

  toJSON(): string {
    return `\0${Buffer.from(this.buffer, this.byteOffset, this.byteLength).toString('base64')}`;
  }
}

/**
 * Wraps bytes for a payload, on the same memory. Binary serializers write bytes, JSON writes text.
 */
export function wampBytes(bytes: Uint8Array): Uint8Array {
  return new WampBytes(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}

/** The same as {@link wampBytes}, on a copy. */
export function copyOfBytes(bytes: Uint8Array): Uint8Array {
  return new WampBytes(bytes);
}
