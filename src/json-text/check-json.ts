import { endOfValue, nothingSeen, skipSpace, TOO_DEEP } from './scan-json.js';

/**
 * Tells whether bytes are JSON, as JSON.parse would, without making the value: several times as fast, and no garbage.
 *
 * @param bytes UTF-8, without a byte order mark; whether they are UTF-8 is not looked at
 * @param maxNesting lists and objects within one another
 */
export function checkJson(bytes: Uint8Array, maxNesting: number): 'valid' | 'invalid' | 'too_deep' {
  const end = endOfValue(bytes, skipSpace(bytes, 0), maxNesting, nothingSeen());
  if (end === TOO_DEEP) return 'too_deep';
  return end >= 0 && skipSpace(bytes, end) === bytes.length ? 'valid' : 'invalid';
}
