import { hideFromPrint } from '../freeze.js';
import type { JsonPath } from './json-path.js';
import type { Password } from './model.js';
import { type Reading, read } from './read-shape.js';
import type { PasswordShape } from './shape.js';

/** SHA-256 and what PBKDF2 is asked for, in bytes. */
const KEY_LENGTH = 32;

/** Reads a user's password: text, or the object of a salted hash as Bondy keeps it. */
export function readPassword(value: unknown, path: JsonPath, reading: Reading): Password | undefined {
  if (value === undefined) return undefined;
  if (value === '') {
    reading.report(path, 'must not be empty');
    return undefined;
  }
  if (typeof value === 'string') return hideFromPrint<Password>({ kind: 'plain', text: value });
  // Not noticed by name: nobody needs to know which parameters beside ours a hash has.
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
    report([...path, 'params', 'kdf'], 'must be pbkdf2; this router has no other key derivation');
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

/** Canonical base64 (RFC 4648), of so many bytes where a length is given. */
function isBase64(text: string, length?: number): boolean {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text && (length === undefined || bytes.length === length);
}
