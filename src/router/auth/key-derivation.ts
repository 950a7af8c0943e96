import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { KEY_BYTES } from './key-bytes.js';

const derive = promisify(pbkdf2);

/** Derivations at a time: they share a few threads with the file system and name look-ups of the whole process. */
const MOST_AT_A_TIME = 128;

/** PBKDF2-HMAC-SHA256, 32 bytes. Rejects with {@link TooBusy} where as many are under way as may be. */
export type DeriveKey = (password: string, salt: string | Uint8Array, iterations: number) => Promise<Buffer>;

/** A login cannot be looked at for now. */
export class TooBusy extends Error {
  override readonly name = 'TooBusy';
}

/** One for a router: clients that have not logged in yet are who asks for the work. */
export function createKeyDerivation(most = MOST_AT_A_TIME): DeriveKey {
  let underWay = 0;
  return async (password, salt, iterations) => {
    if (underWay >= most) throw new TooBusy();
    underWay += 1;
    try {
      return await derive(password, salt, iterations, KEY_BYTES, 'sha256');
    } finally {
      underWay -= 1;
    }
  };
}
