import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { type Asker, createFairTurns } from './fair-turns.js';
import { KEY_BYTES } from './key-bytes.js';

/**
 * Derivations at a time. Node has four threads for them, and for the file system, name look-ups and
 * compression of the whole process: the other two stay free.
 */
const MOST_AT_A_TIME = 2;

/**
 * Derivations that may wait. Each takes a good part of a second, so that more would wait in vain.
 */
const MOST_WAITING = 128;

/** PBKDF2-HMAC-SHA256, 32 bytes. Rejects with TooBusy where its turn does not come. */
export type DeriveKey = (password: string, salt: string | Uint8Array, iterations: number) => Promise<Buffer>;

/** Derives keys for one client. */
export type DeriveFor = (asker: Asker) => DeriveKey;

export interface KeyDerivationOptions {
  /**
   * Whether many clients may come from one source, as behind a proxy; one at a time is derived for
   * it else.
   */
  readonly sharedSources?: boolean;
  readonly mostWaiting?: number;
  /** Default: PBKDF2 of node:crypto, on one of Node's threads. */
  readonly derive?: DeriveKey;
}

const deriveOnThread = promisify(pbkdf2);

/** One for a router: clients that have not logged in yet are who asks for the work. */
export function createKeyDerivation(options: KeyDerivationOptions = {}): DeriveFor {
  const {
    sharedSources = false,
    mostWaiting = MOST_WAITING,
    derive = (password, salt, iterations) => deriveOnThread(password, salt, iterations, KEY_BYTES, 'sha256'),
  } = options;
  const turns = createFairTurns({
    mostAtATime: MOST_AT_A_TIME,
    mostOfSource: sharedSources ? MOST_AT_A_TIME : 1,
    mostWaiting,
  });
  return (asker) => (password, salt, iterations) =>
    turns.run(asker, () => derive(password, salt, iterations));
}
