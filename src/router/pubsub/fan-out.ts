import { sourceOf } from '../../ip-source.js';
import { type Event, MESSAGE } from '../../wamp/messages.js';
import type { Dict, Payload } from '../../wamp/payload.js';
import type { Session, Subscription } from '../model.js';
import type { RealmContext } from '../realm-context.js';
import { createDebts } from './debts.js';
import { createFairLine, type Standing } from './fair-line.js';
import { hears, type Subscriptions } from './subscriptions.js';

/**
 * Subscribers that are looked at in one go: each connection that is written to costs a system call
 * beside.
 */
const MAX_AT_ONCE = 512;

/** An event on its way to all who hear of it. */
export interface Delivery {
  readonly topic: string;
  readonly publication: number;
  readonly details: Dict;
  readonly payload: Payload;
  /** Who caused it. */
  readonly cause: Session;
  /** The connection of who caused it is not read, while more waves of it than this take time. */
  readonly mostOwed: number;
  /** Asked when its turn comes: where it says no, it is for nobody. */
  readonly isDue: (() => boolean) | undefined;
  readonly except: Session | undefined;
  readonly mayReceive: ((session: Session) => boolean) | undefined;
  /**
   * What a meta event tells of, where others tell of it too: they arrive in their order, whoever
   * causes them.
   */
  readonly subject: object | undefined;
}

/**
 * Sends events to those that they are for. Most are with all of them at once; what takes longer
 * goes on in later turns of the event loop. What it owes then is bounded by this: the connection
 * that caused it is not read until it is done, or until fewer are on their way than it may owe.
 */
export interface FanOut {
  /**
   * Sends an event to those who hear of its topic now, less those who leave before its turn comes.
   * Events of one publisher arrive in their order.
   *
   * @param publisher undefined for a meta event: those of one connection, and those about one
   * subject, arrive in their order
   */
  send(wave: Delivery, publisher: Session | undefined): void;
  /** Events that are on their way. */
  readonly waiting: number;
}

/** How far a wave has come. */
interface Progress {
  readonly wave: Delivery;
  /** Who has subscribed later than this does not hear of it. */
  readonly moment: number;
  readonly subscriptions: readonly Subscription[];
  /** Undefined before its turn has come. */
  isDue: boolean | undefined;
  at: number;
  /** Subscribers of the subscription that is being told, and the moments in which they came. */
  left: Iterator<[Session, number]> | undefined;
  event: Event | undefined;
}

/** A meta event that has to wait for its turn. */
interface Waiting extends Standing {
  readonly progress: Progress;
  /**
   * The one before it about the same subject. Forgotten when this one is done: it holds on to no
   * long chain then.
   */
  before: Waiting | undefined;
  isDone: boolean;
}

export function createFanOut(subscriptions: Subscriptions, { turns }: RealmContext): FanOut {
  const lines = new Map<Session, Progress[]>();
  /**
   * All meta events wait in one line: in lines of their own they would have more of each turn, the
   * more cause them.
   */
  const metaLine = createFairLine<Waiting>(({ before }) => before?.isDone !== false);
  /** The meta event that is being told; there is one while any wait. */
  let metaEvent: Waiting | undefined;
  /** The last that waits about each subject. */
  const subjects = new Map<object, Waiting>();
  const debts = createDebts();
  let waiting = 0;

  /**
   * What a subscriber of it is sent: one object for all, so that a serializer knows it again, and
   * writes it once.
   */
  function eventOf({ id, match }: Subscription, { topic, publication, details, payload }: Delivery): Event {
    // Who subscribed to a pattern must be told what the topic is.
    const told = match === 'exact' ? details : { ...details, topic };
    return { type: MESSAGE.EVENT, subscription: id, publication, details: told, payload };
  }

  /** Looks at the next subscriber. False where there is none. */
  function step(progress: Progress): boolean {
    const { wave, moment } = progress;
    for (;;) {
      const subscription = progress.subscriptions[progress.at];
      if (subscription === undefined) return false;
      progress.left ??= subscription.subscribers.entries();
      const next = progress.left.next();
      if (next.done === true) {
        progress.at++;
        progress.left = undefined;
        progress.event = undefined;
        continue;
      }
      const [subscriber, since] = next.value;
      if (since > moment || subscriber === wave.except || wave.mayReceive?.(subscriber) === false)
        return true;
      if (!hears(subscriber, subscription)) return true;
      progress.event ??= eventOf(subscription, wave);
      subscriber.peer.send(progress.event);
      return true;
    }
  }

  /** One turn's part. True where all are told. */
  function advance(progress: Progress): boolean {
    progress.isDue ??= progress.wave.isDue?.() ?? true;
    if (!progress.isDue) return true;
    for (let count = 1; step(progress); count++) {
      // The clock is not asked for the few that most events are for.
      if (count >= MAX_AT_ONCE || (count % 4 === 0 && !turns.hasTime())) return false;
    }
    return true;
  }

  function owe({ cause: { peer }, mostOwed }: Delivery): void {
    waiting++;
    debts.add(peer, mostOwed);
  }

  function settle({ cause: { peer } }: Delivery): void {
    waiting--;
    debts.settle(peer);
  }

  function goOn(publisher: Session, queue: Progress[]): boolean {
    for (let progress = queue[0]; progress !== undefined; progress = queue[0]) {
      if (!advance(progress)) return false;
      queue.shift();
      settle(progress.wave);
      // Small ones cost next to nothing, and may not wait for a turn each.
      if (queue.length > 0 && !turns.hasTime()) return false;
    }
    lines.delete(publisher);
    return true;
  }

  function goOnWithMetaEvents(): boolean {
    while (metaEvent !== undefined) {
      if (!advance(metaEvent.progress)) return false;
      endMetaEvent(metaEvent);
      metaEvent = metaLine.take();
      // Those that are not due any more cost next to nothing, and may not wait for a turn each.
      if (metaEvent !== undefined && !turns.hasTime()) return false;
    }
    return true;
  }

  function endMetaEvent(one: Waiting): void {
    const { wave } = one.progress;
    one.isDone = true;
    one.before = undefined;
    if (wave.subject !== undefined && subjects.get(wave.subject) === one) subjects.delete(wave.subject);
    settle(wave);
  }

  function standInMetaLine(progress: Progress): void {
    const { cause, subject } = progress.wave;
    const { peer: address } = cause.transport;
    const one: Waiting = {
      progress,
      source: typeof address === 'string' ? sourceOf(address) : '',
      connection: cause.peer,
      before: subject && subjects.get(subject),
      isDone: false,
    };
    if (subject !== undefined) subjects.set(subject, one);
    owe(progress.wave);
    if (metaEvent !== undefined) {
      metaLine.push(one);
      return;
    }
    metaEvent = one;
    turns.add(goOnWithMetaEvents);
  }

  function standInLine(progress: Progress, publisher: Session): void {
    owe(progress.wave);
    const queue = lines.get(publisher);
    if (queue !== undefined) {
      queue.push(progress);
      return;
    }
    const fresh = [progress];
    lines.set(publisher, fresh);
    turns.add(() => goOn(publisher, fresh));
  }

  return {
    send(wave, publisher) {
      const { topic } = wave;
      const exact = subscriptions.exact(topic);
      const patterns = subscriptions.patterns(topic);
      const heardBy = exact === undefined ? patterns : [exact, ...patterns];
      if (heardBy.length === 0) return;
      const progress: Progress = {
        wave,
        moment: subscriptions.moment,
        subscriptions: heardBy,
        isDue: undefined,
        at: 0,
        left: undefined,
        event: undefined,
      };
      const isNext = publisher === undefined ? metaEvent === undefined : !lines.has(publisher);
      if (isNext && advance(progress)) return;
      if (publisher === undefined) standInMetaLine(progress);
      else standInLine(progress, publisher);
    },
    get waiting() {
      return waiting;
    },
  };
}
