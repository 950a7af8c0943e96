/**
 * Bytes that JSON writes as `"\0"` and base64 (WAMP, "Binary conversion of JSON Strings"). JSON.stringify asks each object
 * for its toJSON: looking for bytes in every payload would cost every payload. A class, since a property on each would
 * take ten times as long, and a frame may hold a million.
 */
class WampBytes extends Uint8Array {
  static {
    // To everyone else they are a Uint8Array like any other, and so is a part of them.
    Object.defineProperty(WampBytes.prototype, 'constructor', { value: Uint8Array });
  }

  toJSON(): string {
    return `\0${Buffer.from(this.buffer, this.byteOffset, this.byteLength).toString('base64')}`;
  }
}

/** Bytes for a payload, on the same memory; a serializer that knows bytes writes bytes, JSON text in their place. */
export function wampBytes(bytes: Uint8Array): Uint8Array {
  return new WampBytes(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}

/** As {@link wampBytes}, on memory of their own. */
export function copyOfBytes(bytes: Uint8Array): Uint8Array {
  return new WampBytes(bytes);
}
