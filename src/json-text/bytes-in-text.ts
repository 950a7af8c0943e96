const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * The bytes that a text represents: U+0000 and base64 (WAMP, "Binary conversion of JSON Strings").
 * Undefined for ordinary text.
 */
export function bytesInText(text: string): Buffer | undefined {
  if (text.charCodeAt(0) !== 0 || text.length % 4 !== 1) return undefined;
  const base64 = text.slice(1);
  return BASE64.test(base64) ? Buffer.from(base64, 'base64') : undefined;
}
