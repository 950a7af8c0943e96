import { createHash, createHmac, randomBytes } from 'node:crypto';
import { saslprep } from '../../wamp/saslprep.js';
import { KEY_BYTES, sameBytes } from './key-bytes.js';
import type { DeriveKey } from './key-derivation.js';

/**
 * A user's password, or what was derived from it by PBKDF2-HMAC-SHA256, 32 bytes. Keys are base64.
 */
export type Password =
  | { readonly kind: 'plain'; readonly text: string }
  /** The salt is used as its UTF-8 bytes, as WAMP-CRA does. */
  | {
      readonly kind: 'salted';
      readonly salt: string;
      readonly iterations: number;
      readonly saltedPassword: string;
    }
  /** What RFC 5802 keeps on a server. The salt is base64. */
  | {
      readonly kind: 'scram';
      readonly salt: string;
      readonly iterations: number;
      readonly storedKey: string;
      readonly serverKey: string;
    };

/**
 * For SCRAM by passwords that the configuration has as text: what RFC 7677 section 4 asks for at
 * least, so that browsers keep up.
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

/** What the authmethods by password need of one user. */
export interface PasswordKeys {
  /**
   * The key that signs in WAMP-CRA, and how a client gets there: by salt (as text) and iterations,
   * or as it is the password itself. Absent where there is no such key.
   */
  readonly cra: { readonly key: string; readonly salting: Salting | undefined } | undefined;
  /** The keys of WAMP-SCRAM, and how a client gets there; the salt is base64. */
  readonly scram: Salting & { keys(derive: DeriveKey): Promise<ScramKeys> };
  matches(ticket: string, derive: DeriveKey): Promise<boolean>;
}

/**
 * @param salt for SCRAM by a password that has none of its own: text that stays the same for a user
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
 * Keys that look like those of `model`, which nobody has: they belong to a password that is drawn
 * and forgotten.
 *
 * @param model undefined for what a password in text looks like
 * @param saltLike gives a salt that looks like another one
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

/** What belongs to no password that anybody knows, in base64. */
export const drawnKey = (): string => randomBytes(KEY_BYTES).toString('base64');

function keysOfText(text: string, salt: string): PasswordKeys {
  const hash = (password: string) => createHash('sha256').update(password).digest();
  return {
    cra: { key: text, salting: undefined },
    scram: {
      salt: inBase64(salt),
      iterations: ITERATIONS_FOR_TEXT,
      // Each time anew: a decoy has nothing to keep, and time or a refusal for lack of it would
      // tell it from a user.
      keys: async (derive) => scramKeys(await derive(saslprep(text), salt, ITERATIONS_FOR_TEXT)),
    },
    // Of equal length, whatever the ticket's is.
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
