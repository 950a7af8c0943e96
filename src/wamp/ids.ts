import { randomFillSync } from 'node:crypto';

/** The largest WAMP ID, 2^53 inclusive; one above `Number.MAX_SAFE_INTEGER`, and still exact as a double. */
export const MAX_ID = 9007199254740992;

/** True for a WAMP ID: an integer from 1 to 2^53 (WAMP section "IDs"). 0 stands in revocations only. */
export function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_ID;
}

const POOL_WORDS = 256;

/**
 * A source of random IDs for the global scope (sessions, publications), drawn evenly from the whole range of a secure
 * generator. Draws from a small pool, since asking the generator for eight bytes costs more than a message.
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
    // Used words are wiped: an ID that someone holds as a secret should not lie about in memory.
    pool[used] = 0;
    pool[used + 1] = 0;
    used += 2;
    return high * 0x1_0000_0000 + low + 1;
  };
}

/** The next ID of a session scope: counts 1, 2, 3 … and starts over at 1 after 2^53. */
export function nextId(previous: number): number {
  return previous >= MAX_ID ? 1 : previous + 1;
}
