import { isIPv4, isIPv6 } from 'node:net';
import { listOr } from '../types/datatypes.js';
import type { JsonPath } from './json-path.js';
import type { AuthMethod, Cidr, SecuritySource } from './model.js';
import { AUTHMETHODS } from './model.js';
import { type At, type Reading, readNames } from './read-shape.js';
import type { SourceShape } from './shape.js';

/** Authmethods of Bondy that this router does not have. */
const OF_BONDY: readonly string[] = ['password', 'trust', 'oauth2', 'oidc', 'oidcrp', 'cookie', 'tls'];

/** Reads an authmethod; undefined if it is skipped, or unknown and therefore reported. */
export function readAuthMethod(
  name: string,
  path: JsonPath,
  { report, skipped }: Reading,
): AuthMethod | undefined {
  const found = AUTHMETHODS.find((method) => method === name);
  if (found !== undefined) return found;
  if (OF_BONDY.includes(name)) skipped.method(name);
  else report(path, `is not a known authmethod; use ${listOr(AUTHMETHODS)}`);
  return undefined;
}

/**
 * Reads a source and reports what is wrong in it.
 *
 * @param isUser tells whether a name can be the name of a user.
 */
export function readSource(
  { path, value }: At<SourceShape>,
  isUser: (name: string) => boolean,
  reading: Reading,
): SecuritySource | undefined {
  const usernames = readNames(value.usernames, [...path, 'usernames'], reading);
  for (const [index, name] of (usernames === 'all' ? [] : (usernames ?? [])).entries()) {
    if (name === 'all')
      reading.report(
        [...path, 'usernames', index],
        'the word all must not be in a list: write "usernames": "all"',
      );
    else if (name !== 'anonymous' && !isUser(name)) {
      reading.report([...path, 'usernames', index], 'the realm has no user with this name');
    }
  }
  const authmethod = readAuthMethod(value.authmethod, [...path, 'authmethod'], reading);
  const cidr = value.cidr === undefined ? undefined : readCidr(value.cidr);
  if (value.cidr !== undefined && cidr === undefined) {
    reading.report([...path, 'cidr'], 'must be a range of addresses such as 10.0.0.0/8 or fd00::/8');
  }
  return usernames && authmethod && { usernames, authmethod, ...(cidr && { cidr }) };
}

function readCidr(text: string): Cidr | undefined {
  const [address = '', bits = '', ...more] = text.split('/');
  const prefix = /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  if (more.length > 0) return undefined;
  if (isIPv4(address) && prefix <= 32) return { address, prefix, family: 'ipv4' };
  if (isIPv6(address) && prefix <= 128) return { address, prefix, family: 'ipv6' };
  return undefined;
}
