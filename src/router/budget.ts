import type { Limit } from './limit.js';

/** What all sessions of a realm may have of one kind together, in number and in estimated bytes. */
export interface Budget {
  /** Takes one of so many bytes. Where a limit speaks against it, it is returned, and nothing is taken. */
  take(bytes: number): Limit | undefined;
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
