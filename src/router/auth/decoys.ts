import type { KnownUser } from './authenticator.js';
import type { DecoyKeys } from './methods/login-method.js';
import { drawnKey, ITERATIONS_FOR_TEXT, type PasswordKeys, type Salting } from './password-keys.js';
import type { Salts } from './salts.js';

/**
 * Challenges for clients that an authenticator does not know. They imitate the challenges for known
 * clients, as learned from the authenticator's earlier results. Remembers only the last salting of
 * each kind, because an authenticator uses the same salting for all its users.
 */
export interface Decoys {
  /** Learns from a user that the authenticator knows. */
  learn(user: KnownUser): void;
  /**
   * Returns the keys for a name that the authenticator does not know. The same name always gets a
   * challenge that looks the same.
   */
  of(name: string): DecoyKeys;
}

export function createDecoys(realm: string, salts: Salts): Decoys {
  let craSalting: Salting | undefined;
  let scramSalting: Salting | undefined;

  function craOf(name: string): PasswordKeys['cra'] {
    const salting = craSalting && {
      salt: salts.saltFor(realm, name, craSalting.salt),
      iterations: craSalting.iterations,
    };
    return { key: drawnKey(), salting };
  }

  function scramOf(name: string): PasswordKeys['scram'] {
    const [storedKey, serverKey] = [Buffer.from(drawnKey(), 'base64'), Buffer.from(drawnKey(), 'base64')];
    return {
      salt: salts.saltFor(realm, name, scramSalting?.salt),
      iterations: scramSalting?.iterations ?? ITERATIONS_FOR_TEXT,
      keys: async () => ({ storedKey, serverKey }),
    };
  }

  return {
    learn({ cra, scram }) {
      if (cra !== undefined) craSalting = cra.salting;
      if (scram !== undefined) scramSalting = scram;
    },
    of: (name) => ({
      cra: craOf(name),
      scram: scramOf(name),
      matches: async () => false,
      publicKeys: [],
    }),
  };
}
