import type { Clock } from '../clock.js';
import { silentLogger } from '../log.js';
import { type Observer, silentObserver } from '../observe/observer.js';
import { createSummedLog, LINES_OF_STRANGERS, type SummedLog } from '../summed-log.js';
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

/** One realm. Its sessions see each other's procedures and topics, and nothing of other realms. */
export interface Realm {
  readonly name: string;
  /** In the order in which they joined. */
  readonly sessions: ReadonlyMap<number, Session>;
  /** How many of them are clients, and not of this process. */
  readonly clientCount: number;
  readonly dealer: Dealer;
  readonly broker: Broker;
  /** Limits the messages that wait while an authorizer decides about an earlier message. */
  readonly waiting: Budget;
  enter(session: Session): void;
  /** Announces to the other sessions that a session has joined. Call it after WELCOME was sent. */
  announceJoin(session: Session): void;
  /**
   * Handles a message of a joined session. Returns a promise if that takes time. The session's next
   * message must wait for the promise.
   *
   * @throws ProtocolViolation
   */
  receive(session: Session, message: Message): Promise<void> | undefined;
  /** Called for a message that has to wait behind an earlier one, before `receive` gets it. */
  delay(session: Session, message: Message): void;
  /**
   * Removes a session's registrations, subscriptions and calls, publishes its testaments, and
   * announces that it has left. If there is much to remove, continues in later turns of the event
   * loop.
   */
  forget(session: Session): void;
  /**
   * Refuses new calls of procedures that clients registered. Resolves when the running calls have
   * ended.
   */
  drain(): Promise<void>;
  /**
   * From now on sessions leave without testaments and meta events. Used at shutdown, when all
   * sessions leave.
   */
  mute(): void;
  /** Replaces rules. They count for the next request. */
  setRules(rules: Partial<RealmRules>): void;
}

export interface RealmOptions {
  readonly name: string;
  readonly limits: RouterLimits;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly randomId: () => number;
  /**
   * Returns a number in [0, 1), for the invocation policy `random`. It does not have to be secure.
   * Default: Math.random.
   */
  readonly random?: () => number;
  readonly rules?: Partial<RealmRules>;
  /** Default: the silent one. */
  readonly observer?: Observer;
  /** For lines that clients cause. Default: nothing is logged. */
  readonly log?: SummedLog;
}

export function createRealm(options: RealmOptions): Realm {
  const { name, limits, clock, turns, randomId, random = Math.random } = options;
  const observer = options.observer ?? silentObserver;
  const rules: RealmRules = {
    authorizer: ALLOW_ALL,
    routerOnly: new Set(),
    disclosure: 'allow',
    progressiveResults: 'announced',
    describe: () => undefined,
    ...options.rules,
  };
  const sessions = new Map<number, Session>();
  let clientCount = 0;
  let silent = false;
  const budgets = createBudgets(limits);
  const context: RealmContext = {
    limits,
    budgets,
    rules,
    clock,
    observer,
    log: options.log ?? createSummedLog({ log: silentLogger, clock, ...LINES_OF_STRANGERS }),
    realm: name,
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

  /**
   * Cleans up after a session in small steps. It may have ten thousand registrations, and removing
   * each of them causes a meta event.
   */
  function* cleanUp(session: Session): Generator<unknown> {
    const { id, authid, authrole } = session;
    for (const removals of [broker.subscriptions.forget(session), dealer.forget(session)]) {
      for (const _ of removals) yield broker.isBehind ? false : undefined;
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
    get clientCount() {
      return clientCount;
    },
    dealer,
    broker,
    waiting: budgets.waiting,
    enter(session) {
      sessions.set(session.id, session);
      if (!session.trusted) clientCount++;
    },
    announceJoin(session) {
      if (session.gone || session.trusted) return;
      // If the session has left before this event's turn comes, neither on_join nor on_leave is
      // published. So sessions that join and leave quickly cost almost nothing.
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
      if (sessions.delete(session.id) && !session.trusted) clientCount--;
      void inTurns(turns, cleanUp(session));
    },
    drain: () => dealer.drain(sessions.values()),
    mute() {
      silent = true;
    },
    setRules: (changed) => void Object.assign(rules, changed),
  };
}
