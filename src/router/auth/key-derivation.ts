import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { type Asker, createFairTurns } from './fair-turns.js';
import { KEY_BYTES } from './key-bytes.js';

/**
 * How many derivations run at a time. Node runs them in a pool of four threads, which also serves
 * the file system, DNS lookups and compression. This limit leaves two threads free.
 */
const MAX_CONCURRENT = 2;

/**
 * How many derivations may wait. One takes several hundred milliseconds. With a longer queue,
 * clients would give up before their turn.
 */
const MAX_WAITING = 128;

/** PBKDF2-HMAC-SHA256 with 32 bytes of output. Rejects with TooBusy if its turn does not come. */
export type DeriveKey = (password: string, salt: string | Uint8Array, iterations: number) => Promise<Buffer>;

/** Derives keys for one client. */
export type DeriveFor = (asker: Asker) => DeriveKey;

export interface KeyDerivationOptions {
  /**
   * Whether many clients may share one source, as behind a proxy. If not, only one derivation at a
   * time runs for a source.
   */
  readonly sharedSources?: boolean;
  readonly maxWaiting?: number;
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
    maxWaiting = MAX_WAITING,
    derive = (password, salt, iterations) => deriveOnThread(password, salt, iterations, KEY_BYTES, 'sha256'),
  } = options;
  const turns = createFairTurns({
    maxConcurrent: MAX_CONCURRENT,
    maxPerSource: sharedSources ? MAX_CONCURRENT : 1,
    maxWaiting,
  });
  return (asker) => (password, salt, iterations) =>
    turns.run(asker, () => derive(password, salt, iterations));
}
