import { type Limit, tooMany } from './limit.js';
import type { Session } from './model.js';
import type { Objection } from './refusals.js';

/** What may be held of one kind: in number and in estimated bytes, by one session and in the realm. */
export interface HoldingLimits {
  /** In the plural: `registrations`. */
  readonly what: string;
  readonly session: { readonly count: Limit; readonly bytes: Limit };
  readonly realm: { readonly count: Limit; readonly bytes: Limit };
}

/** What the sessions of a realm hold of one kind. Parts of this process are neither counted nor limited. */
export interface Holdings {
  /** Why a session may not hold one more of so many bytes; undefined where it may. */
  objection(session: Session, bytes: number): Objection | undefined;
  /** Counts one, whether it may be held or not. */
  add(session: Session, bytes: number): void;
  remove(session: Session, bytes: number): void;
  /** Changes what those that a session holds weigh. */
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
    objection(session, bytes) {
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
): Objection | undefined {
  const { count, bytes: size } = limits;
  if (sum.count >= count.most)
    return tooMany(`${who} holds as many ${what} as it may (${count.most})`, count);
  if (sum.bytes + bytes > size.most)
    return tooMany(`the ${what} of ${who} may take ${size.most} bytes`, size);
  return undefined;
}
