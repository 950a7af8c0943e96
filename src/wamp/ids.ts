import { randomFillSync } from 'node:crypto';

/** The largest WAMP ID: 2^53. It is `Number.MAX_SAFE_INTEGER` + 1, and exact as a double. */
export const MAX_ID = 9007199254740992;

/**
 * Whether a value is a WAMP ID: an integer from 1 to 2^53 (WAMP section "IDs"). 0 is not an ID.
 * UNREGISTERED and UNSUBSCRIBED use it for revocation.
 */
export function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_ID;
}

const POOL_WORDS = 256;

/**
 * Creates a source of random IDs for the global scope (sessions, publications). The IDs are
 * uniformly distributed over the whole range, and come from a secure generator. The function reads
 * random bytes in blocks, because one read per ID would cost more than handling a message.
 */
export function createRandomIds(): () => number {
  const pool = new Uint32Array(POOL_WORDS);
  let used = POOL_WORDS;
  return () => {
    if (used === POOL_WORDS) {
      randomFillSync(pool);
      used = 0;
    }
    const high = (pool[used] ?? 0) & 0x1f_ffff;
    const low = pool[used + 1] ?? 0;
    // Erases the used words, because an application may treat an ID as a secret.
    pool[used] = 0;
    pool[used + 1] = 0;
    used += 2;
    return high * 0x1_0000_0000 + low + 1;
  };
}

/** The next ID of the session scope: 1, 2, 3 …, and 1 again after 2^53. */
export function nextId(previous: number): number {
  return previous >= MAX_ID ? 1 : previous + 1;
}
