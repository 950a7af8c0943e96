import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.js';

/** The demo keeps running for days perhaps: the oldest token goes when one more than this is issued. */
export const MAX_TOKENS = 1_000;

export interface TokenBook {
  /** A new token, and the seconds that it lasts. */
  issue(): { readonly token: string; readonly seconds: number };
  /** True for a token that was issued here and has neither expired nor been dropped since. */
  holds(token: string): boolean;
}

/** Tokens in memory, each good for `seconds`. */
export function createTokenBook(seconds: number, clock: Clock): TokenBook {
  const endings = new Map<string, number>();
  return {
    issue() {
      const now = clock.monotonic();
      // All last equally long, so the expired ones stand first.
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
