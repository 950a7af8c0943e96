import type { Clock } from '../clock.js';
import { type Broker, createBroker } from './broker.js';
import { createDealer, type Dealer } from './dealer.js';
import type { RouterLimits, Session } from './model.js';

/** One realm: sessions in it see each other's procedures and topics, and nothing of other realms. */
export interface Realm {
  readonly name: string;
  readonly sessions: Map<number, Session>;
  readonly dealer: Dealer;
  readonly broker: Broker;
  /** Removes whatever a session left in it. */
  forget(session: Session): void;
}

export function createRealm(name: string, limits: RouterLimits, clock: Clock, randomId: () => number): Realm {
  const sessions = new Map<number, Session>();
  const dealer = createDealer(limits, clock);
  const broker = createBroker(randomId);
  return {
    name,
    sessions,
    dealer,
    broker,
    forget(session) {
      sessions.delete(session.id);
      broker.forget(session);
      dealer.forget(session);
    },
  };
}
