import { createHmac, randomBytes } from 'node:crypto';
import { KEY_BYTES, sameBytes } from '../key-bytes.js';
import { drawnKey, type PasswordKeys } from '../password-keys.js';
import type { Challenge } from './challenge.js';
import { loginMethod } from './login-method.js';

const NONCE_BYTES = 16;

/** WAMP "Challenge Response Authentication". */
export const wampcra = loginMethod({
  name: 'wampcra',
  isComplete: ({ authid }) => authid !== undefined,
  credential: ({ cra }) => cra,
  decoy: ({ cra }) => cra ?? { key: drawnKey(), salting: undefined },
  challenge: (cra, { authid, authrole, authprovider, session, now }) =>
    challengeCra(cra, {
      authid,
      authrole,
      authprovider,
      session,
      nonce: randomBytes(NONCE_BYTES).toString('base64'),
      timestamp: new Date(now).toISOString(),
    }),
});

/** The facts about the requested session that the challenge contains. */
export interface CraClaims {
  readonly authid: string;
  readonly authrole: string;
  readonly authprovider: string;
  readonly session: number;
  readonly nonce: string;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
}

/**
 * WAMP "Challenge Response Authentication": the client signs a text with the password, or with a
 * key derived from a salted password. That key is the base64 text of the PBKDF2 output, not its
 * bytes. The specification does not say this, but all clients use the base64 text.
 */
export function challengeCra(cra: NonNullable<PasswordKeys['cra']>, claims: CraClaims): Challenge {
  const challenge = asciiJson({ ...claims, authmethod: 'wampcra' });
  return {
    extra: cra.salting === undefined ? { challenge } : { challenge, ...cra.salting, keylen: KEY_BYTES },
    verify({ signature }) {
      const expected = signChallenge(cra.key, challenge);
      return sameBytes(Buffer.from(signature, 'base64'), expected) ? {} : false;
    },
  };
}

function signChallenge(key: string, challenge: string): Buffer {
  return createHmac('sha256', key).update(challenge).digest();
}

/** JSON in ASCII. So every client signs the same bytes, in any text encoding. */
function asciiJson(value: object): string {
  return JSON.stringify(value).replace(
    /[^\0-~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
