import type { Clock } from '../clock.js';
import type { Message } from '../wamp/messages.js';
import { ALLOW_ALL, type Authorizer } from './authorizer.js';
import { type Broker, createBroker } from './broker.js';
import { createDealer, type Dealer } from './dealer.js';
import { dispatch } from './dispatch.js';
import type { RouterLimits, Session } from './model.js';

/** What holds in one realm and may be otherwise in another. */
export interface RealmRules {
  /** Default: everything is allowed. */
  readonly authorizer: Authorizer;
  /** Whether callers and publishers may have callees and subscribers told who they are. Default `allow`. */
  readonly disclosure: 'allow' | 'refuse';
  /** Whether only callees that announced progressive call results are asked for them. Default `announced`. */
  readonly progressiveResults: 'announced' | 'always';
}

/** One realm: sessions in it see each other's procedures and topics, and nothing of other realms. */
export interface Realm {
  readonly name: string;
  readonly authorizer: Authorizer;
  readonly sessions: Map<number, Session>;
  readonly dealer: Dealer;
  readonly broker: Broker;
  /**
   * Handles a message of a joined session. A promise where that takes time: the session's next message must wait for it.
   *
   * @throws ProtocolViolation
   */
  receive(session: Session, message: Message): Promise<void> | undefined;
  /** Removes whatever a session left in it. */
  forget(session: Session): void;
}

export interface RealmOptions {
  readonly name: string;
  readonly limits: RouterLimits;
  readonly clock: Clock;
  readonly randomId: () => number;
  readonly rules?: Partial<RealmRules>;
}

export function createRealm({ name, limits, clock, randomId, rules = {} }: RealmOptions): Realm {
  const sessions = new Map<number, Session>();
  const dealer = createDealer(limits, clock);
  const broker = createBroker(limits, randomId);
  return {
    name,
    authorizer: rules.authorizer ?? ALLOW_ALL,
    sessions,
    dealer,
    broker,
    receive: (session, message) => dispatch(dealer, broker, session, message),
    forget(session) {
      sessions.delete(session.id);
      broker.forget(session);
      dealer.forget(session);
    },
  };
}
