import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { type Asker, createFairTurns } from './fair-turns.js';
import { KEY_BYTES } from './key-bytes.js';

/**
 * How many derivations run at a time. Node has four threads for them, and for the file system, name
 * lookups and compression of the whole process: this leaves two free.
 */
const MOST_AT_A_TIME = 2;

/**
 * How many derivations may wait. Each takes a good part of a second, so clients would give up
 * before more of them are done.
 */
const MOST_WAITING = 128;

/** PBKDF2-HMAC-SHA256 with 32 bytes of output. Rejects with TooBusy if its turn does not come. */
export type DeriveKey = (password: string, salt: string | Uint8Array, iterations: number) => Promise<Buffer>;

/** Derives keys for one client. */
export type DeriveFor = (asker: Asker) => DeriveKey;

export interface KeyDerivationOptions {
  /**
   * Whether many clients may share one source, as behind a proxy. Otherwise one derivation at a
   * time runs for a source.
   */
  readonly sharedSources?: boolean;
  readonly mostWaiting?: number;
  /** Default: PBKDF2 of node:crypto, on one of Node's threads. */
  readonly derive?: DeriveKey;
}

const deriveOnThread = promisify(pbkdf2);

/**
 * Creates the key derivation of a router. Clients that have not logged in yet cause this work, so
 * it is limited.
 */
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
