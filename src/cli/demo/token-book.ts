import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.js';

/**
 * The maximum number of tokens that the demo keeps. It drops the oldest one, because it may run for
 * days.
 */
export const MAX_TOKENS = 1_000;

export interface TokenBook {
  /** Issues a token, and tells its lifetime in seconds. */
  issue(): { readonly token: string; readonly seconds: number };
  /** Tells whether the token was issued here and is neither expired nor dropped. */
  holds(token: string): boolean;
}

/** Creates a store of tokens in memory. Each token is valid for `seconds`. */
export function createTokenBook(seconds: number, clock: Clock): TokenBook {
  const endings = new Map<string, number>();
  return {
    issue() {
      const now = clock.monotonic();
      // All tokens have the same lifetime, so the expired ones come first.
      for (const [token, end] of endings) {
        if (end > now && endings.size < MAX_TOKENS) break;
        endings.delete(token);
      }
      const token = randomBytes(24).toString('base64url');
      endings.set(token, now + seconds * 1_000);
      return { token, seconds };
    },
    holds: (token) => (endings.get(token) ?? Number.NEGATIVE_INFINITY) > clock.monotonic(),
  };
}
