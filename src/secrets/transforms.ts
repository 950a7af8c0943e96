import type { ServiceSettings } from '../config/model.js';
import { withoutLineBreak } from '../config/syntax/line-break.js';
import { SecretError } from './provider.js';

type MapValue<M> = M extends ReadonlyMap<string, infer V> ? V : never;

/** The field of the secret for a variable, and how to transform its value. */
export type FieldUse = MapValue<ServiceSettings['auth.secrets.vars']>;

const PREFIX = /^basic\s+/i;
const PADDING = /={1,2}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern must find them
const CONTROL_CHARACTER = /[\0-\x1f\x7f]/;

/**
 * Converts the value of a field to the value of a variable.
 *
 * @throws SecretError that names the field.
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
      if (!Number.isFinite(value))
        throw new SecretError(`field ${field} is a number out of range: put it in quotes`);
      return String(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      throw new SecretError(`field ${field} must be text, a number, true or false`);
  }
}

/** Reads `Basic base64(user:password)` (RFC 7617 section 2). The prefix is optional. */
function readBasic(text: string, field: string): { username: string; password: string } {
  // Some tools split base64 into lines.
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
    throw new SecretError(
      `field ${field} is not Basic base64(user:password): it does not contain UTF-8 text`,
    );
  }
  // `echo … | base64` also encodes a line break.
  const decoded = withoutLineBreak(pair);
  // A password may contain colons, a user name may not.
  const colon = decoded.indexOf(':');
  if (colon < 0) throw new SecretError(`field ${field} is not Basic base64(user:password): it has no colon`);
  if (CONTROL_CHARACTER.test(decoded)) {
    throw new SecretError(`field ${field} contains a line break or another control character in its base64`);
  }
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/**
 * Decodes base64 (RFC 4648 section 4); undefined if the text is not base64. The runtime ignores
 * wrong characters, so the bytes must encode to the same text again.
 */
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
