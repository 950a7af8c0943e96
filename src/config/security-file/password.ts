import { hideFromPrint } from '../freeze.js';
import type { JsonPath } from './json-path.js';
import type { Password } from './model.js';
import { type Reading, read } from './read-shape.js';
import type { PasswordShape } from './shape.js';

/** The length of SHA-256 and of the PBKDF2 key, in bytes. */
const KEY_LENGTH = 32;

/** Reads the password of a user: text, or the object in which Bondy stores a hash. */
export function readPassword(value: unknown, path: JsonPath, reading: Reading): Password | undefined {
  if (value === undefined) return undefined;
  if (value === '') {
    reading.report(path, 'must not be empty');
    return undefined;
  }
  if (typeof value === 'string') return hideFromPrint<Password>({ kind: 'plain', text: value });
  // Further parameters of a hash are normal, so they need no notice.
  const hash = read(value, reading.shapes.password, path, {
    ...reading,
    skipped: { ...reading.skipped, fields() {} },
  });
  const password = hash && fromHash(hash, path, reading);
  return password && hideFromPrint(password);
}

function fromHash(
  { protocol, params, data }: PasswordShape,
  path: JsonPath,
  { report }: Reading,
): Password | undefined {
  const { iterations } = params;
  if (params.kdf !== 'pbkdf2') {
    report([...path, 'params', 'kdf'], 'must be pbkdf2, the only key derivation that this router supports');
    return undefined;
  }
  const key = (field: 'salted_password' | 'stored_key' | 'server_key'): string | undefined => {
    const value = data[field];
    if (value !== undefined && isBase64(value, KEY_LENGTH)) return value;
    report([...path, 'data', field], `must be ${KEY_LENGTH} bytes in base64`);
    return undefined;
  };
  if (protocol === 'cra') {
    const saltedPassword = key('salted_password');
    return saltedPassword === undefined
      ? undefined
      : { kind: 'salted', salt: data.salt, iterations, saltedPassword };
  }
  if (protocol === 'scram') {
    const [storedKey, serverKey] = [key('stored_key'), key('server_key')];
    if (!isBase64(data.salt)) {
      report([...path, 'data', 'salt'], 'must be base64');
      return undefined;
    }
    return storedKey === undefined || serverKey === undefined
      ? undefined
      : { kind: 'scram', salt: data.salt, iterations, storedKey, serverKey };
  }
  report([...path, 'protocol'], 'must be cra or scram');
  return undefined;
}

/** Tells whether `text` is canonical base64 (RFC 4648), of `length` bytes if that is given. */
function isBase64(text: string, length?: number): boolean {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text && (length === undefined || bytes.length === length);
}
