import { createHash, createHmac, randomBytes } from 'node:crypto';
import { saslprep } from '../../wamp/saslprep.js';
import { KEY_BYTES, sameBytes } from './key-bytes.js';
import type { DeriveKey } from './key-derivation.js';

/**
 * A user's password, or the 32 bytes that PBKDF2-HMAC-SHA256 derives from it. Keys are in base64.
 */
export type Password =
  | { readonly kind: 'plain'; readonly text: string }
  /** The salt is used as UTF-8 bytes, as in WAMP-CRA. */
  | {
      readonly kind: 'salted';
      readonly salt: string;
      readonly iterations: number;
      readonly saltedPassword: string;
    }
  /** The data that a server stores according to RFC 5802. The salt is in base64. */
  | {
      readonly kind: 'scram';
      readonly salt: string;
      readonly iterations: number;
      readonly storedKey: string;
      readonly serverKey: string;
    };

/**
 * PBKDF2 iterations for SCRAM with plain-text passwords. This is the minimum of RFC 7677 section 4.
 * More iterations would be slow in browsers.
 */
export const ITERATIONS_FOR_TEXT = 4096;

export interface Salting {
  readonly salt: string;
  readonly iterations: number;
}

export interface ScramKeys {
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** What the password-based authmethods need for one user. */
export interface PasswordKeys {
  /**
   * The key that signs in WAMP-CRA. A client derives it from the password with the salt (as text)
   * and the iterations. If `salting` is undefined, the key is the password itself. Undefined if
   * there is no such key.
   */
  readonly cra: { readonly key: string; readonly salting: Salting | undefined } | undefined;
  /**
   * The keys of WAMP-SCRAM. A client derives them with this salt (in base64) and these iterations.
   */
  readonly scram: Salting & { keys(derive: DeriveKey): Promise<ScramKeys> };
  matches(ticket: string, derive: DeriveKey): Promise<boolean>;
}

/**
 * @param salt for SCRAM, if the password has no salt of its own. It is always the same for a user.
 */
export function passwordKeys(password: Password, salt: string): PasswordKeys {
  switch (password.kind) {
    case 'plain':
      return keysOfText(password.text, salt);
    case 'salted':
      return keysOfSalted(password);
    case 'scram':
      return keysOfScram(password);
  }
}

/**
 * Creates keys that look like those of `model` but belong to no user. They come from a random
 * password, which is not kept.
 *
 * @param model undefined for a plain-text password
 * @param saltLike returns a salt that looks like the given one
 */
export function decoyKeys(model: Password | undefined, saltLike: (like?: string) => string): PasswordKeys {
  switch (model?.kind) {
    case 'salted':
      return keysOfSalted({ ...model, salt: saltLike(model.salt), saltedPassword: drawnKey() });
    case 'scram': {
      const drawn = { salt: saltLike(model.salt), storedKey: drawnKey(), serverKey: drawnKey() };
      return keysOfScram({ ...model, ...drawn });
    }
    default:
      return keysOfText(drawnKey(), saltLike());
  }
}

/** A random key that belongs to no known password, in base64. */
export const drawnKey = (): string => randomBytes(KEY_BYTES).toString('base64');

function keysOfText(text: string, salt: string): PasswordKeys {
  const hash = (password: string) => createHash('sha256').update(password).digest();
  return {
    cra: { key: text, salting: undefined },
    scram: {
      salt: inBase64(salt),
      iterations: ITERATIONS_FOR_TEXT,
      // Derives the keys each time and does not cache them. A decoy has nothing to cache. So a fast
      // response, or a response while the router is too busy, would reveal that the user exists.
      keys: async (derive) => scramKeys(await derive(saslprep(text), salt, ITERATIONS_FOR_TEXT)),
    },
    // Compares hashes, because they have equal lengths for tickets of any length.
    matches: async (ticket) => sameBytes(hash(ticket), hash(text)),
  };
}

function keysOfSalted({ salt, iterations, saltedPassword }: Password & { kind: 'salted' }): PasswordKeys {
  const key = Buffer.from(saltedPassword, 'base64');
  return {
    cra: { key: saltedPassword, salting: { salt, iterations } },
    scram: { salt: inBase64(salt), iterations, keys: async () => scramKeys(key) },
    matches: async (ticket, derive) => sameBytes(await derive(ticket, salt, iterations), key),
  };
}

function keysOfScram(password: Password & { kind: 'scram' }): PasswordKeys {
  const { salt, iterations } = password;
  const storedKey = Buffer.from(password.storedKey, 'base64');
  const serverKey = Buffer.from(password.serverKey, 'base64');
  const bytes = Buffer.from(salt, 'base64');
  return {
    cra: undefined,
    scram: { salt, iterations, keys: async () => ({ storedKey, serverKey }) },
    async matches(ticket, derive) {
      const salted = await derive(saslprep(ticket), bytes, iterations);
      return sameBytes(scramKeys(salted).storedKey, storedKey);
    },
  };
}

/** RFC 5802 section 3, with SHA-256 (RFC 7677). */
function scramKeys(saltedPassword: Buffer): ScramKeys {
  const clientKey = createHmac('sha256', saltedPassword).update('Client Key').digest();
  return {
    storedKey: createHash('sha256').update(clientKey).digest(),
    serverKey: createHmac('sha256', saltedPassword).update('Server Key').digest(),
  };
}

const inBase64 = (text: string): string => Buffer.from(text).toString('base64');
