import type { Peer } from '../../wamp/peer.js';

/**
 * Counts the unfinished deliveries that each connection has caused. A connection with too many of
 * them is not read until it has fewer.
 */
export interface Debts {
  /** @param mostOwed with more than this, the connection is held until it owes half as much */
  add(peer: Peer, mostOwed: number): void;
  /** Counts one delivery as finished. */
  settle(peer: Peer): void;
}

/** The unfinished deliveries of one connection. */
interface Debt {
  count: number;
  /** If the connection is held: the count at which it is released. */
  heldUntil: number | undefined;
}

export function createDebts(): Debts {
  /** By connection, since one connection may carry several sessions after each other. */
  const debts = new Map<Peer, Debt>();

  return {
    add(peer, mostOwed) {
      const debt = debts.get(peer) ?? { count: 0, heldUntil: undefined };
      debts.set(peer, debt);
      debt.count++;
      if (debt.count <= mostOwed) return;
      const until = Math.floor(mostOwed / 2);
      if (debt.heldUntil === undefined) peer.hold?.();
      debt.heldUntil = Math.min(debt.heldUntil ?? until, until);
    },
    settle(peer) {
      const debt = debts.get(peer);
      if (debt === undefined) return;
      debt.count--;
      if (debt.count === 0) debts.delete(peer);
      if (debt.heldUntil === undefined || debt.count > debt.heldUntil) return;
      debt.heldUntil = undefined;
      peer.release?.();
    },
  };
}
