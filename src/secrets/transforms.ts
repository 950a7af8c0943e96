import type { ServiceSettings } from '../config/model.js';
import { withoutLineBreak } from '../config/syntax/line-break.js';
import { SecretError } from './provider.js';

type MapValue<M> = M extends ReadonlyMap<string, infer V> ? V : never;

/** Which field of the secret a variable takes its value from, and how. */
export type FieldUse = MapValue<ServiceSettings['auth.secrets.vars']>;

const PREFIX = /^basic\s+/i;
const PADDING = /={1,2}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL_CHARACTER = /[\0-\x1f\x7f]/;

/**
 * Turns the value of a field into the value of a variable.
 *
 * @throws SecretError naming the field.
 */
export function applyTransform(value: unknown, { field, transform }: FieldUse): string {
  const text = textOf(value, field);
  switch (transform) {
    case 'none':
      return text;
    case 'basic_username': {
      const { username } = readBasic(text, field);
      if (username === '') throw new SecretError(`field ${field} has no user name before the colon`);
      return username;
    }
    case 'basic_password':
      return readBasic(text, field).password;
  }
}

function textOf(value: unknown, field: string): string {
  switch (typeof value) {
    case 'string': {
      const text = withoutLineBreak(value);
      if (text === '') throw new SecretError(`field ${field} is empty`);
      return text;
    }
    case 'number':
      if (!Number.isFinite(value)) throw new SecretError(`field ${field} is a number out of range: quote it`);
      return String(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      throw new SecretError(`field ${field} is neither text nor a number nor true or false`);
  }
}

/** User name and password of `Basic base64(user:password)` (RFC 7617 section 2); the prefix may be missing. */
function readBasic(text: string, field: string): { username: string; password: string } {
  // Some tools break base64 into lines.
  const bytes = decodeBase64(
    text
      .trim()
      .replace(PREFIX, '')
      .replace(/\r?\n[ \t]*/g, ''),
  );
  if (bytes === undefined) {
    throw new SecretError(`field ${field} is not Basic base64(user:password): it is not base64`);
  }
  const pair = decodeUtf8(bytes);
  if (pair === undefined) {
    throw new SecretError(`field ${field} is not Basic base64(user:password): it holds no UTF-8 text`);
  }
  // `echo` adds one before base64 encodes.
  const decoded = withoutLineBreak(pair);
  // A password may hold colons, a user name may not.
  const colon = decoded.indexOf(':');
  if (colon < 0) throw new SecretError(`field ${field} is not Basic base64(user:password): it has no colon`);
  if (CONTROL_CHARACTER.test(decoded)) {
    throw new SecretError(`field ${field} holds a line break or another control character within its base64`);
  }
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/** The runtime skips what is not base64 (RFC 4648 section 4), so only what encodes to the same text again was base64. */
function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  const canonical = bytes.toString('base64');
  const isBase64 = text === canonical || text === canonical.replace(PADDING, '');
  return isBase64 && bytes.length > 0 ? bytes : undefined;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
