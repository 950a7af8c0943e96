import { secretMap } from '../config/freeze.js';
import { parseJson } from '../json.js';
import { SecretError, type SecretFields } from './provider.js';

/**
 * Reads the JSON object that a secret is, without the byte order mark that some editors put first (RFC 8259 section 8.1).
 *
 * @param holder what holds the text, to begin the message with: `the file /run/secrets/a.json`, `the SecretString`.
 * @throws SecretError
 */
export function parseFields(text: string, holder: string): SecretFields {
  let value: unknown;
  try {
    value = parseJson(text.replace(/^\uFEFF/, ''));
  } catch {
    // The parser's own message quotes the text.
    throw new SecretError(`${holder} is not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SecretError(`${holder} is not a JSON object`);
  }
  return secretMap(Object.entries(value));
}
