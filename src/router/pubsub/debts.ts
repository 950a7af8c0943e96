import type { Peer } from '../../wamp/peer.js';

/**
 * What connections have caused and is not done yet: who owes more than it may is not read until it
 * owes less.
 */
export interface Debts {
  /** @param mostOwed beyond it the connection is held until it owes half as much */
  add(peer: Peer, mostOwed: number): void;
  settle(peer: Peer): void;
}

/** What the sessions of one connection owe. */
interface Debt {
  count: number;
  /** It is held until it owes no more than this. */
  heldUntil: number | undefined;
}

export function createDebts(): Debts {
  /** By connection: sessions may come and go on one. */
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
