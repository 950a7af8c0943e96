import { bytesInText } from '../../../json-text/bytes-in-text.js';

/**
 * The bytes that a value stands for: bytes of MessagePack or CBOR, or in JSON a string of U+0000
 * and base64 (WAMP, "Binary conversion of JSON Strings"). Undefined for any other value.
 */
export function bytesOfValue(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' ? bytesInText(value) : undefined;
}
