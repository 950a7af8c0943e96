import { createHash, timingSafeEqual } from 'node:crypto';
import { isOpenPath } from './open-paths.js';
import { type Refusal, refusal } from './refusal.js';
import type { RequestHead } from './request-head.js';

/** The token in a form that can be compared in constant time. */
export type TokenDigest = Buffer;

export function digestOf(token: string): TokenDigest {
  return createHash('sha256').update(token).digest();
}

/**
 * Demands `admin.token`, if it is set: as a Bearer token (RFC 6750), or as the password of Basic
 * (RFC 7617) with any user name. Browsers can ask their user only for the latter.
 */
export function checkToken(
  { path, authorization }: RequestHead,
  expected: TokenDigest | undefined,
): Refusal | undefined {
  if (expected === undefined || isOpenPath(path)) return undefined;
  const given = authorization === undefined ? undefined : tokenIn(authorization);
  // Both digests have the same length, so the time tells nothing about the token.
  if (given !== undefined && timingSafeEqual(digestOf(given), expected)) return undefined;
  return refusal(
    401,
    'token',
    given === undefined
      ? 'This needs admin.token, as a Bearer token or as the password of Basic.'
      : 'The token is wrong.',
    // Basic comes first: a proxy may join the two fields into one (RFC 9110 section 5.3), and Chromium
    // reads only the first challenge of a field.
    { 'www-authenticate': ['Basic realm="rpc-gateway", charset="UTF-8"', 'Bearer realm="rpc-gateway"'] },
  );
}

function tokenIn(authorization: string): string | undefined {
  const [, scheme = '', credentials = ''] = /^(\S+) +(\S+)$/.exec(authorization.trim()) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return credentials;
    case 'basic': {
      const pair = Buffer.from(credentials, 'base64').toString();
      const colon = pair.indexOf(':');
      return colon < 0 ? undefined : pair.slice(colon + 1);
    }
    default:
      return undefined;
  }
}
