/**
 * Bytes for a payload, on the same memory: JSON writes them as `"\0"` and base64 (WAMP, "Binary conversion of JSON
 * Strings"), a serializer that knows bytes writes bytes.
 */
export function wampBytes(bytes: Uint8Array): Uint8Array {
  const { buffer, byteOffset, byteLength } = bytes;
  const view = new Uint8Array(buffer, byteOffset, byteLength);
  // JSON.stringify asks each object for its toJSON: looking for bytes in every payload would cost every payload.
  return Object.defineProperty(view, 'toJSON', {
    value: () => `\0${Buffer.from(buffer, byteOffset, byteLength).toString('base64')}`,
  });
}
