import { sourceOf } from '../../ip-source.js';
import { type Event, MESSAGE } from '../../wamp/messages.js';
import type { Dict, Payload } from '../../wamp/payload.js';
import type { Session, Subscription } from '../model.js';
import type { RealmContext } from '../realm-context.js';
import { createDeliveryBackpressure } from './delivery-backpressure.js';
import { createFairSourceQueue, type QueueItem } from './fair-source-queue.js';
import { hears, type Subscriptions } from './subscriptions.js';

/**
 * The maximum number of subscribers that one turn serves. Each write to a connection also costs a
 * system call.
 */
const MAX_AT_ONCE = 512;

/** An event that is being sent to its receivers. */
export interface Delivery {
  readonly topic: string;
  readonly publication: number;
  readonly details: Dict;
  readonly payload: Payload;
  /** The session that caused it. */
  readonly cause: Session;
  /**
   * The maximum number of pending deliveries of this session. With more, its connection is not
   * read.
   */
  readonly maxPending: number;
  /** Called when the turn of this event comes. If it returns false, the event is dropped. */
  readonly isDue: (() => boolean) | undefined;
  readonly except: Session | undefined;
  readonly mayReceive: ((session: Session) => boolean) | undefined;
  /**
   * The subject of a meta event. Events with the same subject arrive in order, even if different
   * sessions cause them.
   */
  readonly subject: object | undefined;
}

/**
 * Sends events to their receivers. Most events are sent to all receivers immediately. A delivery
 * that takes longer continues in later turns of the event loop. If a session causes too many such
 * deliveries, its connection is not read until enough of them are done.
 */
export interface FanOut {
  /**
   * Sends an event to the current subscribers of its topic. A subscriber that leaves before the
   * event's turn does not get it. Events of one publisher arrive in order.
   *
   * @param publisher undefined for a meta event. Meta events that one connection causes arrive in
   * order. So do meta events with the same subject.
   */
  send(delivery: Delivery, publisher: Session | undefined): void;
  /** The number of pending deliveries. */
  readonly waiting: number;
}

/** The progress of a delivery. */
interface Progress {
  readonly delivery: Delivery;
  /**
   * The number of the latest subscription at publication. Later subscribers do not get the event.
   */
  readonly moment: number;
  readonly subscriptions: readonly Subscription[];
  /** Undefined until its turn comes. */
  isDue: boolean | undefined;
  /** The index of the current subscription. */
  index: number;
  /** The remaining subscribers of the current subscription, each with its number. */
  remaining: Iterator<[Session, number]> | undefined;
  event: Event | undefined;
}

/** A meta event that has to wait for its turn. */
interface Waiting extends QueueItem {
  readonly progress: Progress;
  /**
   * The previous waiting event with the same subject. Cleared when this event is done, so that no
   * long chain stays in memory.
   */
  previous: Waiting | undefined;
  isDone: boolean;
}

export function createFanOut(subscriptions: Subscriptions, { turns }: RealmContext): FanOut {
  const queues = new Map<Session, Progress[]>();
  /**
   * All meta events wait in one queue. With one queue for each session, many sessions would take
   * most of each turn for meta events.
   */
  const metaQueue = createFairSourceQueue<Waiting>(({ previous }) => previous?.isDone !== false);
  /** The meta event that is being sent. Defined while any meta event waits. */
  let metaEvent: Waiting | undefined;
  /** The last waiting event of each subject. */
  const subjects = new Map<object, Waiting>();
  const backpressure = createDeliveryBackpressure();
  let waiting = 0;

  /**
   * Creates the message for the subscribers of one subscription. All of them get the same object,
   * so that a serializer recognizes it and encodes it once.
   */
  function eventOf({ id, match }: Subscription, { topic, publication, details, payload }: Delivery): Event {
    // For a subscription to a pattern, EVENT.Details contains the topic.
    const eventDetails = match === 'exact' ? details : { ...details, topic };
    return { type: MESSAGE.EVENT, subscription: id, publication, details: eventDetails, payload };
  }

  /** Serves the next subscriber. Returns false if there is none. */
  function step(progress: Progress): boolean {
    const { delivery, moment } = progress;
    for (;;) {
      const subscription = progress.subscriptions[progress.index];
      if (subscription === undefined) return false;
      progress.remaining ??= subscription.subscribers.entries();
      const next = progress.remaining.next();
      if (next.done === true) {
        progress.index++;
        progress.remaining = undefined;
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
      // Most events have few receivers. So the clock is read only for every fourth receiver.
      if (count >= MAX_AT_ONCE || (count % 4 === 0 && !turns.hasTime())) return false;
    }
    return true;
  }

  function countStart({ cause: { peer }, maxPending }: Delivery): void {
    waiting++;
    backpressure.start(peer, maxPending);
  }

  function countFinish({ cause: { peer } }: Delivery): void {
    waiting--;
    backpressure.finish(peer);
  }

  function continueDeliveries(publisher: Session, queue: Progress[]): boolean {
    for (let progress = queue[0]; progress !== undefined; progress = queue[0]) {
      if (!advance(progress)) return false;
      queue.shift();
      countFinish(progress.delivery);
      // Small deliveries are cheap, so several may share a turn.
      if (queue.length > 0 && !turns.hasTime()) return false;
    }
    queues.delete(publisher);
    return true;
  }

  function continueMetaEvents(): boolean {
    while (metaEvent !== undefined) {
      if (!advance(metaEvent.progress)) return false;
      endMetaEvent(metaEvent);
      metaEvent = metaQueue.take();
      // Dropped events are cheap, so several may share a turn.
      if (metaEvent !== undefined && !turns.hasTime()) return false;
    }
    return true;
  }

  function endMetaEvent(entry: Waiting): void {
    const { delivery } = entry.progress;
    entry.isDone = true;
    entry.previous = undefined;
    if (delivery.subject !== undefined && subjects.get(delivery.subject) === entry)
      subjects.delete(delivery.subject);
    countFinish(delivery);
  }

  function queueMetaEvent(progress: Progress): void {
    const { cause, subject } = progress.delivery;
    const { peer: address } = cause.transport;
    const entry: Waiting = {
      progress,
      source: typeof address === 'string' ? sourceOf(address) : '',
      connection: cause.peer,
      previous: subject && subjects.get(subject),
      isDone: false,
    };
    if (subject !== undefined) subjects.set(subject, entry);
    countStart(progress.delivery);
    if (metaEvent !== undefined) {
      metaQueue.push(entry);
      return;
    }
    metaEvent = entry;
    turns.add(continueMetaEvents);
  }

  function queueDelivery(progress: Progress, publisher: Session): void {
    countStart(progress.delivery);
    const queue = queues.get(publisher);
    if (queue !== undefined) {
      queue.push(progress);
      return;
    }
    const newQueue = [progress];
    queues.set(publisher, newQueue);
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
        index: 0,
        remaining: undefined,
        event: undefined,
      };
      const canStartNow = publisher === undefined ? metaEvent === undefined : !queues.has(publisher);
      if (canStartNow && advance(progress)) return;
      if (publisher === undefined) queueMetaEvent(progress);
      else queueDelivery(progress, publisher);
    },
    get waiting() {
      return waiting;
    },
  };
}
