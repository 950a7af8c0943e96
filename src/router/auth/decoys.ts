import type { Vouched } from './authenticator.js';
import { drawnKey, ITERATIONS_FOR_TEXT, type PasswordKeys, type Salting } from './password-keys.js';
import { EVERYBODY } from './roles.js';
import type { Salts } from './salts.js';

/**
 * Challenges for clients whom an authenticator does not know: they look like those of clients whom it does, as far as it
 * has shown that yet. Only the last of each kind is remembered: whoever salts does so for all users alike.
 */
export interface Lookalikes {
  /** Looks at one whom the authenticator vouches for. */
  learn(vouched: Vouched): void;
  /** One whom nobody vouches for, always the same for a name. */
  of(name: string): Vouched;
}

export function createLookalikes(realm: string, salts: Salts): Lookalikes {
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
      authid: undefined,
      authrole: EVERYBODY,
      cra: craOf(name),
      scram: scramOf(name),
      pubkey: undefined,
    }),
  };
}
