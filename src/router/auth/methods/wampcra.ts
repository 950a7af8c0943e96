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

/** What the challenge tells of the session that is to be. */
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
 * WAMP "Challenge Response Authentication": the client signs a text with the password, or where
 * that is salted with a key that both derive from it. That key is the base64 text of what PBKDF2
 * gives and not its bytes, which the specification does not say and all clients do.
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

/** In ASCII, so that it is the same bytes to a client whatever it takes text for. */
function asciiJson(value: object): string {
  return JSON.stringify(value).replace(
    /[^\0-~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
