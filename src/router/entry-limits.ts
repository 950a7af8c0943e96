import { weighText } from './estimate-size.js';
import { createHoldings, type HoldingLimits } from './holdings.js';
import { type Limit, tooMany } from './limit.js';
import type { Session } from './model.js';
import type { Objection } from './refusals.js';

/**
 * Bytes of memory that a registration or subscription takes beside its URI, and what each further session takes that shares it.
 * Measured with 50,000 of each, in bytes of heap: a registration 360 to 415, a subscription 360 to 420, one more session 50 to
 * 100; tables that have just grown take up to twice as much of that as is theirs.
 */
const ENTRY = 512;
const SHARE = 256;

/**
 * Counts registrations, or subscriptions, against the limits of each session and of the realm. Of those that share an entry,
 * the one that has it longest pays for it, the others for their share alone.
 */
export interface EntryLimits {
  /**
   * @param isNew no other session has such an entry
   * @param shapes how many shapes of patterns there would be; 0 where the entry brings none
   */
  objection(session: Session, uri: string, isNew: boolean, shapes: number): Objection | undefined;
  enter(session: Session, uri: string, isNew: boolean): void;
  /** @param heir who has the entry longest from now on, where that was this session */
  leave(session: Session, uri: string, wasOldest: boolean, heir: Session | undefined): void;
}

export function createEntryLimits(limits: HoldingLimits & { readonly shapes: Limit }): EntryLimits {
  const { what, shapes: mostShapes } = limits;
  const holdings = createHoldings(limits);
  const weigh = (uri: string, paysAll: boolean) => (paysAll ? ENTRY + weighText(uri) : SHARE);
  return {
    objection(session, uri, isNew, shapes) {
      const refused = holdings.objection(session, weigh(uri, isNew));
      if (refused !== undefined || session.trusted || shapes <= mostShapes.most) return refused;
      return tooMany(
        `the ${what} of a realm may have ${mostShapes.most} shapes of wildcard patterns`,
        mostShapes,
      );
    },
    enter: (session, uri, isNew) => holdings.add(session, weigh(uri, isNew)),
    leave(session, uri, wasOldest, heir) {
      holdings.remove(session, weigh(uri, wasOldest));
      if (wasOldest && heir !== undefined) holdings.grow(heir, weigh(uri, true) - SHARE);
    },
  };
}
