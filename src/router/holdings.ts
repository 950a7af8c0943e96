import { type Limit, limitOf, tooMany } from './limit.js';
import type { RouterLimits, Session } from './model.js';
import type { Refusal } from './refusals.js';

/**
 * Limits for one kind of entry: its number and its estimated bytes, for one session and for the
 * realm.
 */
export interface HoldingLimits {
  /** The kind, in the plural: `registrations`. */
  readonly what: string;
  readonly session: { readonly count: Limit; readonly bytes: Limit };
  readonly realm: { readonly count: Limit; readonly bytes: Limit };
}

/** The limits for one kind: `maxTestaments`, `maxTestamentBytes`, and the same for the realm. */
export function holdingLimits(
  limits: RouterLimits,
  kind: 'Registration' | 'Subscription' | 'Testament',
): HoldingLimits {
  return {
    what: `${kind.toLowerCase()}s`,
    session: { count: limitOf(limits, `max${kind}s`), bytes: limitOf(limits, `max${kind}Bytes`) },
    realm: {
      count: limitOf(limits, `max${kind}sPerRealm`),
      bytes: limitOf(limits, `max${kind}BytesPerRealm`),
    },
  };
}

/**
 * Counts the entries of one kind that the sessions of a realm hold. Does not count or limit
 * sessions of this process.
 */
export interface Holdings {
  /** Returns undefined if a session may hold one more entry of this size, otherwise the refusal. */
  check(session: Session, bytes: number): Refusal | undefined;
  /** Counts one more entry, even if it exceeds a limit. */
  add(session: Session, bytes: number): void;
  remove(session: Session, bytes: number): void;
  /** Adds bytes to an entry that a session already holds. */
  grow(session: Session, bytes: number): void;
}

interface Sum {
  count: number;
  bytes: number;
}

export function createHoldings({ what, session: own, realm: all }: HoldingLimits): Holdings {
  const sums = new Map<Session, Sum>();
  const total: Sum = { count: 0, bytes: 0 };
  const none: Sum = { count: 0, bytes: 0 };

  function change(session: Session, count: number, bytes: number): void {
    if (session.trusted) return;
    let sum = sums.get(session);
    if (sum === undefined) {
      sum = { count: 0, bytes: 0 };
      sums.set(session, sum);
    }
    sum.count += count;
    sum.bytes += bytes;
    total.count += count;
    total.bytes += bytes;
    if (sum.count === 0) sums.delete(session);
  }

  return {
    check(session, bytes) {
      if (session.trusted) return undefined;
      const sum = sums.get(session) ?? none;
      return beyond('a session', what, sum, bytes, own) ?? beyond('a realm', what, total, bytes, all);
    },
    add: (session, bytes) => change(session, 1, bytes),
    remove: (session, bytes) => change(session, -1, -bytes),
    grow: (session, bytes) => change(session, 0, bytes),
  };
}

function beyond(
  who: string,
  what: string,
  sum: Sum,
  bytes: number,
  limits: HoldingLimits['session'],
): Refusal | undefined {
  const { count, bytes: size } = limits;
  if (sum.count >= count.max) return tooMany(`${who} may hold no more than ${count.max} ${what}`, count);
  if (sum.bytes + bytes > size.max)
    return tooMany(`the ${what} of ${who} may take no more than ${size.max} bytes`, size);
  return undefined;
}
