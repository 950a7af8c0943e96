import type { Limit } from './limit.js';

/** A limit that all sessions of a realm share, by number and by estimated bytes. */
export interface Budget {
  /** Takes one item of this size. If it exceeds a limit, takes nothing and returns that limit. */
  take(bytes: number): Limit | undefined;
  /** Gives one item of this size back. */
  give(bytes: number): void;
}

export function createBudget(most: { readonly count: Limit; readonly bytes: Limit }): Budget {
  let count = 0;
  let taken = 0;
  return {
    take(bytes) {
      if (count >= most.count.most) return most.count;
      if (taken + bytes > most.bytes.most) return most.bytes;
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
