import type { Limit } from './limit.js';

/** A limit that all sessions of a realm share, by number and by estimated bytes. */
export interface Budget {
  /**
   * Reserves space for one item of this size. If that exceeds a limit, reserves nothing and returns
   * the limit.
   */
  take(bytes: number): Limit | undefined;
  /** Releases the space of one item of this size. */
  give(bytes: number): void;
}

export function createBudget(max: { readonly count: Limit; readonly bytes: Limit }): Budget {
  let count = 0;
  let taken = 0;
  return {
    take(bytes) {
      if (count >= max.count.max) return max.count;
      if (taken + bytes > max.bytes.max) return max.bytes;
      count++;
      taken += bytes;
      return undefined;
    },
    give(bytes) {
      count--;
      taken -= bytes;
    },
  };
}
