import { estimateTextSize } from './estimate-size.js';
import { createHoldings, type HoldingLimits } from './holdings.js';
import { type Limit, tooMany } from './limit.js';
import type { Session } from './model.js';
import type { Refusal } from './refusals.js';

/**
 * Bytes of memory that a registration or subscription takes besides its URI, and that each further
 * session on it takes. Measured with 50,000 of each, in bytes of heap: a registration 360 to 415, a
 * subscription 360 to 420, one more session 50 to 100. Tables that have just grown take up to twice
 * as much for their part.
 */
const ENTRY = 512;
const SHARE = 256;

/**
 * Counts registrations, or subscriptions, against the limits of each session and of the realm. When
 * several sessions share an entry, the one that has held it longest pays for the entry, and each
 * other one only for its share.
 */
export interface EntryLimits {
  /**
   * Returns why a session may not have one more entry, or undefined if it may.
   *
   * @param isNew no other session shares the entry
   * @param shapes how many shapes of patterns there would be with the entry; 0 if it adds none
   */
  check(session: Session, uri: string, isNew: boolean, shapes: number): Refusal | undefined;
  enter(session: Session, uri: string, isNew: boolean): void;
  /** @param heir if `wasOldest`: the session that has held the entry longest after this one */
  leave(session: Session, uri: string, wasOldest: boolean, heir: Session | undefined): void;
}

export function createEntryLimits(limits: HoldingLimits & { readonly shapes: Limit }): EntryLimits {
  const { what, shapes: mostShapes } = limits;
  const holdings = createHoldings(limits);
  const sizeOf = (uri: string, paysAll: boolean) => (paysAll ? ENTRY + estimateTextSize(uri) : SHARE);
  return {
    check(session, uri, isNew, shapes) {
      const refusal = holdings.check(session, sizeOf(uri, isNew));
      if (refusal !== undefined || session.trusted || shapes <= mostShapes.most) return refusal;
      return tooMany(
        `the ${what} of a realm may have no more than ${mostShapes.most} shapes of wildcard patterns`,
        mostShapes,
      );
    },
    enter: (session, uri, isNew) => holdings.add(session, sizeOf(uri, isNew)),
    leave(session, uri, wasOldest, heir) {
      holdings.remove(session, sizeOf(uri, wasOldest));
      if (wasOldest && heir !== undefined) holdings.grow(heir, sizeOf(uri, true) - SHARE);
    },
  };
}
