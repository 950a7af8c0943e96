import { sourceOf } from '../../ip-source.js';
import { type Event, MESSAGE } from '../../wamp/messages.js';
import type { Dict, Payload } from '../../wamp/payload.js';
import type { Session, Subscription } from '../model.js';
import type { RealmContext } from '../realm-context.js';
import { createDebts } from './debts.js';
import { createFairLine, type Standing } from './fair-line.js';
import { hears, type Subscriptions } from './subscriptions.js';

/**
 * How many subscribers one turn serves at most: each connection that is written to also costs a
 * system call.
 */
const MAX_AT_ONCE = 512;

/** An event on its way to its receivers. */
export interface Delivery {
  readonly topic: string;
  readonly publication: number;
  readonly details: Dict;
  readonly payload: Payload;
  /** The session that caused it. */
  readonly cause: Session;
  /**
   * How many deliveries this session may have on their way before its connection is no longer read.
   */
  readonly mostOwed: number;
  /** Called when its turn comes. If it returns false, nobody gets the event. */
  readonly isDue: (() => boolean) | undefined;
  readonly except: Session | undefined;
  readonly mayReceive: ((session: Session) => boolean) | undefined;
  /**
   * The subject of a meta event. Events with the same subject arrive in order, whichever sessions
   * cause them.
   */
  readonly subject: object | undefined;
}

/**
 * Sends events to their receivers. Most events go to all of them at once. A delivery that takes
 * longer continues in later turns of the event loop. If a session causes too many such deliveries,
 * its connection is not read until enough of them are done.
 */
export interface FanOut {
  /**
   * Sends an event to the current subscribers of its topic, except those that leave before its turn
   * comes. Events of one publisher arrive in order.
   *
   * @param publisher undefined for a meta event: those that one connection causes arrive in order,
   * and so do those with one subject
   */
  send(delivery: Delivery, publisher: Session | undefined): void;
  /** The number of deliveries on their way. */
  readonly waiting: number;
}

/** How far a delivery has come. */
interface Progress {
  readonly delivery: Delivery;
  /** Sessions that subscribed later than this do not get the event. */
  readonly moment: number;
  readonly subscriptions: readonly Subscription[];
  /** Undefined until its turn comes. */
  isDue: boolean | undefined;
  at: number;
  /** The remaining subscribers of the current subscription, each with its number. */
  left: Iterator<[Session, number]> | undefined;
  event: Event | undefined;
}

/** A meta event that has to wait for its turn. */
interface Waiting extends Standing {
  readonly progress: Progress;
  /**
   * The previous waiting event with the same subject. Cleared when this one is done, so that no
   * long chain stays in memory.
   */
  before: Waiting | undefined;
  isDone: boolean;
}

export function createFanOut(subscriptions: Subscriptions, { turns }: RealmContext): FanOut {
  const lines = new Map<Session, Progress[]>();
  /**
   * All meta events wait in one line. With one line for each session, their part of each turn would
   * grow with the number of sessions.
   */
  const metaLine = createFairLine<Waiting>(({ before }) => before?.isDone !== false);
  /** The meta event that is being sent. It is defined while any meta event waits. */
  let metaEvent: Waiting | undefined;
  /** The last waiting event of each subject. */
  const subjects = new Map<object, Waiting>();
  const debts = createDebts();
  let waiting = 0;

  /**
   * The message for the subscribers of one subscription. It is one object for all of them, so that
   * a serializer recognizes it and writes it once.
   */
  function eventOf({ id, match }: Subscription, { topic, publication, details, payload }: Delivery): Event {
    // EVENT names the topic for a subscription to a pattern.
    const eventDetails = match === 'exact' ? details : { ...details, topic };
    return { type: MESSAGE.EVENT, subscription: id, publication, details: eventDetails, payload };
  }

  /** Serves the next subscriber. Returns false if there is none. */
  function step(progress: Progress): boolean {
    const { delivery, moment } = progress;
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
      if (since > moment || subscriber === delivery.except || delivery.mayReceive?.(subscriber) === false)
        return true;
      if (!hears(subscriber, subscription)) return true;
      progress.event ??= eventOf(subscription, delivery);
      subscriber.peer.send(progress.event);
      return true;
    }
  }

  /** Serves subscribers for one turn. Returns true if all have been served. */
  function advance(progress: Progress): boolean {
    progress.isDue ??= progress.delivery.isDue?.() ?? true;
    if (!progress.isDue) return true;
    for (let count = 1; step(progress); count++) {
      // Most events have few receivers: the clock is read only for each fourth one.
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

  function continueDeliveries(publisher: Session, queue: Progress[]): boolean {
    for (let progress = queue[0]; progress !== undefined; progress = queue[0]) {
      if (!advance(progress)) return false;
      queue.shift();
      settle(progress.delivery);
      // Small deliveries are cheap and do not have to wait for a turn each.
      if (queue.length > 0 && !turns.hasTime()) return false;
    }
    lines.delete(publisher);
    return true;
  }

  function continueMetaEvents(): boolean {
    while (metaEvent !== undefined) {
      if (!advance(metaEvent.progress)) return false;
      endMetaEvent(metaEvent);
      metaEvent = metaLine.take();
      // Events that are no longer due are cheap and do not have to wait for a turn each.
      if (metaEvent !== undefined && !turns.hasTime()) return false;
    }
    return true;
  }

  function endMetaEvent(entry: Waiting): void {
    const { delivery } = entry.progress;
    entry.isDone = true;
    entry.before = undefined;
    if (delivery.subject !== undefined && subjects.get(delivery.subject) === entry)
      subjects.delete(delivery.subject);
    settle(delivery);
  }

  function queueMetaEvent(progress: Progress): void {
    const { cause, subject } = progress.delivery;
    const { peer: address } = cause.transport;
    const entry: Waiting = {
      progress,
      source: typeof address === 'string' ? sourceOf(address) : '',
      connection: cause.peer,
      before: subject && subjects.get(subject),
      isDone: false,
    };
    if (subject !== undefined) subjects.set(subject, entry);
    owe(progress.delivery);
    if (metaEvent !== undefined) {
      metaLine.push(entry);
      return;
    }
    metaEvent = entry;
    turns.add(continueMetaEvents);
  }

  function queueDelivery(progress: Progress, publisher: Session): void {
    owe(progress.delivery);
    const queue = lines.get(publisher);
    if (queue !== undefined) {
      queue.push(progress);
      return;
    }
    const newQueue = [progress];
    lines.set(publisher, newQueue);
    turns.add(() => continueDeliveries(publisher, newQueue));
  }

  return {
    send(delivery, publisher) {
      const { topic } = delivery;
      const exact = subscriptions.exact(topic);
      const patterns = subscriptions.patterns(topic);
      const matching = exact === undefined ? patterns : [exact, ...patterns];
      if (matching.length === 0) return;
      const progress: Progress = {
        delivery,
        moment: subscriptions.moment,
        subscriptions: matching,
        isDue: undefined,
        at: 0,
        left: undefined,
        event: undefined,
      };
      const canStartNow = publisher === undefined ? metaEvent === undefined : !lines.has(publisher);
      if (canStartNow && advance(progress)) return;
      if (publisher === undefined) queueMetaEvent(progress);
      else queueDelivery(progress, publisher);
    },
    get waiting() {
      return waiting;
    },
  };
}
