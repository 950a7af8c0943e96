import { estimateTextSize } from './estimate-size.js';
import { createHoldings, type HoldingLimits } from './holdings.js';
import { type Limit, tooMany } from './limit.js';
import type { Session } from './model.js';
import type { Refusal } from './refusals.js';

/**
 * Bytes of memory that a registration or subscription takes in addition to its URI. Measured with
 * 50,000 of each: 360 to 420 bytes of heap. A table that has just grown takes up to twice its size.
 */
const ENTRY = 512;
/** The same for each further session that shares an entry. Measured: 50 to 100 bytes. */
const SHARE = 256;

/**
 * Counts registrations, or subscriptions, against the limits of each session and of the realm. If
 * several sessions share an entry, the entry counts for the session that has held it longest. Each
 * other session counts only its own part.
 */
export interface EntryLimits {
  /**
   * Returns undefined if a session may have one more entry, otherwise the refusal.
   *
   * @param isNew true if no other session shares the entry
   * @param shapes how many shapes the wildcard patterns have with the entry; 0 if it adds no shape
   */
  check(session: Session, uri: string, isNew: boolean, shapes: number): Refusal | undefined;
  enter(session: Session, uri: string, isNew: boolean): void;
  /**
   * @param wasOldest true if the session has held the entry longest
   * @param heir the session for which the entry counts from now on. Only used with `wasOldest`.
   */
  leave(session: Session, uri: string, wasOldest: boolean, heir: Session | undefined): void;
}

export function createEntryLimits(limits: HoldingLimits & { readonly shapes: Limit }): EntryLimits {
  const { what, shapes: maxShapes } = limits;
  const holdings = createHoldings(limits);
  const sizeOf = (uri: string, paysAll: boolean) => (paysAll ? ENTRY + estimateTextSize(uri) : SHARE);
  return {
    check(session, uri, isNew, shapes) {
      const refusal = holdings.check(session, sizeOf(uri, isNew));
      if (refusal !== undefined || session.trusted || shapes <= maxShapes.max) return refusal;
      return tooMany(
        `the ${what} of a realm may have no more than ${maxShapes.max} shapes of wildcard patterns`,
        maxShapes,
      );
    },
    enter: (session, uri, isNew) => holdings.add(session, sizeOf(uri, isNew)),
    leave(session, uri, wasOldest, heir) {
      holdings.remove(session, sizeOf(uri, wasOldest));
      if (wasOldest && heir !== undefined) holdings.grow(heir, sizeOf(uri, true) - SHARE);
    },
  };
}
