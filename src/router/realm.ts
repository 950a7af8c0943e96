import type { Clock } from '../clock.js';
import { inTurns, type Turns } from '../turns.js';
import { MESSAGE, type Message } from '../wamp/messages.js';
import { ALLOW_ALL } from './access/authorizer.js';
import type { Budget } from './budget.js';
import { createBudgets } from './budgets.js';
import { dispatch } from './dispatch.js';
import { createMetaApi, type MetaApi } from './meta/meta-api.js';
import { sessionDetails } from './meta/session-procedures.js';
import type { RouterLimits, Session } from './model.js';
import { type Broker, createBroker } from './pubsub/broker.js';
import type { RealmContext, RealmRules } from './realm-context.js';
import { createDealer, type Dealer } from './rpc/dealer.js';

export type { RealmRules } from './realm-context.js';

/** One realm: sessions in it see each other's procedures and topics, and nothing of other realms. */
export interface Realm {
  readonly name: string;
  readonly sessions: ReadonlyMap<number, Session>;
  readonly dealer: Dealer;
  readonly broker: Broker;
  /** Messages of its sessions that wait while a procedure decides about earlier ones. */
  readonly waiting: Budget;
  enter(session: Session): void;
  /** Tells the others that a session has joined; to be called when it has its WELCOME. */
  announceJoin(session: Session): void;
  /**
   * Handles a message of a joined session. A promise where that takes time: the session's next message must wait for it.
   *
   * @throws ProtocolViolation
   */
  receive(session: Session, message: Message): Promise<void> | undefined;
  /** Told of a message of a joined session that has to wait behind an earlier one, before `receive` gets it. */
  delay(session: Session, message: Message): void;
  /** Removes whatever a session left in it, publishes its testaments, and tells the others: in later turns, where it is much. */
  forget(session: Session): void;
  /** Takes no new calls of clients' procedures. Resolves when the running ones have ended. */
  drain(): Promise<void>;
  /** From here on sessions leave without testaments and meta events: for the end, when all of them do. */
  mute(): void;
}

export interface RealmOptions {
  readonly name: string;
  readonly limits: RouterLimits;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly randomId: () => number;
  /** In [0, 1), for the invocation policy `random`; nobody's safety depends on it. Default: Math.random. */
  readonly random?: () => number;
  readonly rules?: Partial<RealmRules>;
}

export function createRealm(options: RealmOptions): Realm {
  const { name, limits, clock, turns, randomId, random = Math.random } = options;
  const rules: RealmRules = {
    authorizer: ALLOW_ALL,
    routerOnly: new Set(),
    disclosure: 'allow',
    progressiveResults: 'announced',
    ...options.rules,
  };
  const sessions = new Map<number, Session>();
  let silent = false;
  const budgets = createBudgets(limits);
  const context: RealmContext = {
    limits,
    budgets,
    rules,
    clock,
    turns,
    randomId,
    random,
    announce(topic, cause, args, more) {
      if (!silent && !cause.quiet) broker.announce(topic, cause, args, more);
    },
  };
  const broker = createBroker(context);
  const dealer = createDealer(context, (session, message) => meta.call(session, message));
  const meta: MetaApi = createMetaApi(sessions, dealer.registrations, broker, context);

  /** What is due when a session has left: it may have left ten thousand registrations, and each is told of. */
  function* leaving(session: Session): Generator<unknown> {
    const { id, authid, authrole } = session;
    for (const rooms of [broker.subscriptions.forget(session), dealer.forget(session)]) {
      for (const _ of rooms) yield broker.isBehind ? false : undefined;
    }
    if (silent || session.quiet) meta.testaments.discard(session);
    else yield* meta.testaments.publish(session);
    if (session.trusted) return;
    context.announce('wamp.session.on_leave', session, [id, authid, authrole], {
      isDue: () => !session.unheardOf,
    });
  }

  return {
    name,
    sessions,
    dealer,
    broker,
    waiting: budgets.waiting,
    enter: (session) => void sessions.set(session.id, session),
    announceJoin(session) {
      if (session.gone || session.trusted) return;
      // Who came and went before its turn is told of by neither event: many that do so again and again cost next to nothing.
      context.announce('wamp.session.on_join', session, [sessionDetails(session)], {
        isDue() {
          session.unheardOf = session.gone;
          return !session.gone;
        },
      });
    },
    receive: (session, message) => dispatch(dealer, broker, session, message),
    delay(session, message) {
      if (message.type === MESSAGE.UNSUBSCRIBE) broker.awaitUnsubscribe(session, message);
    },
    forget(session) {
      session.gone = true;
      sessions.delete(session.id);
      void inTurns(turns, leaving(session));
    },
    drain: () => dealer.drain(sessions.values()),
    mute() {
      silent = true;
    },
  };
}
