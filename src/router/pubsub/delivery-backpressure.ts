import type { Peer } from '../../wamp/peer.js';

/**
 * Limits the unfinished deliveries of each connection. A connection that has caused too many of
 * them is not read until it has fewer.
 */
export interface DeliveryBackpressure {
  /**
   * Counts a new delivery.
   *
   * @param maxPending with more pending deliveries, the connection is held until half as many remain
   */
  start(peer: Peer, maxPending: number): void;
  /** Counts one delivery as finished. */
  finish(peer: Peer): void;
}

/** The unfinished deliveries of one connection. */
interface Pending {
  count: number;
  /** The count at which the connection is released. Undefined if it is not held. */
  releaseAt: number | undefined;
}

export function createDeliveryBackpressure(): DeliveryBackpressure {
  /** By connection, because one connection may carry several sessions after each other. */
  const byPeer = new Map<Peer, Pending>();

  return {
    start(peer, maxPending) {
      const pending = byPeer.get(peer) ?? { count: 0, releaseAt: undefined };
      byPeer.set(peer, pending);
      pending.count++;
      if (pending.count <= maxPending) return;
      const releaseAt = Math.floor(maxPending / 2);
      if (pending.releaseAt === undefined) peer.hold?.();
      pending.releaseAt = Math.min(pending.releaseAt ?? releaseAt, releaseAt);
    },
    finish(peer) {
      const pending = byPeer.get(peer);
      if (pending === undefined) return;
      pending.count--;
      if (pending.count === 0) byPeer.delete(peer);
      if (pending.releaseAt === undefined || pending.count > pending.releaseAt) return;
      pending.releaseAt = undefined;
      peer.release?.();
    },
  };
}
