import { type Event, MESSAGE } from '../wamp/messages.js';
import type { Dict, Payload } from '../wamp/payload.js';
import type { Session, Subscription } from './model.js';
import type { RealmContext } from './realm-context.js';
import { hears, type Subscriptions } from './subscriptions.js';

/** Subscribers that are looked at in one go: each connection that is written to costs a system call beside. */
const MAX_AT_ONCE = 512;

/** An event on its way to all who hear of it. */
export interface Wave {
  readonly topic: string;
  readonly publication: number;
  readonly details: Dict;
  readonly payload: Payload;
  /** Who caused it; its connection is not read while it takes time. */
  readonly cause: Session;
  readonly except: Session | undefined;
  readonly mayReceive: ((session: Session) => boolean) | undefined;
}

/**
 * Sends events to those that they are for. Most are with all of them at once; what takes longer goes on in later turns of the
 * event loop. What it owes then is bounded by this: the connection that caused it is not read until it is done.
 */
export interface FanOut {
  /**
   * Sends an event to those who hear of its topic now, less those who leave before its turn comes. Events of one line arrive
   * in their order.
   *
   * @param line the publisher, or one object for all meta events
   */
  send(wave: Wave, line: object): void;
  /** Events that are on their way. */
  readonly waiting: number;
}

/** How far a wave has come. */
interface Progress {
  readonly wave: Wave;
  /** Who has subscribed later than this does not hear of it. */
  readonly moment: number;
  readonly subscriptions: readonly Subscription[];
  at: number;
  /** Subscribers of the subscription that is being told, and the moments in which they came. */
  left: Iterator<[Session, number]> | undefined;
  event: Event | undefined;
}

export function createFanOut(subscriptions: Subscriptions, { turns }: RealmContext): FanOut {
  const lines = new Map<object, Progress[]>();
  /** Waves that a session is waited for. */
  const held = new Map<Session, number>();
  let waiting = 0;

  /** What a subscriber of it is sent: one object for all, so that a serializer knows it again, and writes it once. */
  function eventOf({ id, match }: Subscription, { topic, publication, details, payload }: Wave): Event {
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
    for (let count = 1; step(progress); count++) {
      // The clock is not asked for the few that most events are for.
      if (count >= MAX_AT_ONCE || (count % 4 === 0 && !turns.hasTime())) return false;
    }
    return true;
  }

  function hold(session: Session): void {
    waiting++;
    const count = held.get(session) ?? 0;
    held.set(session, count + 1);
    if (count === 0) session.peer.hold?.();
  }

  function release(session: Session): void {
    waiting--;
    const count = (held.get(session) ?? 0) - 1;
    if (count > 0) {
      held.set(session, count);
    } else {
      held.delete(session);
      session.peer.release?.();
    }
  }

  function goOn(line: object, queue: Progress[]): boolean {
    const [progress] = queue;
    if (progress === undefined || advance(progress)) {
      queue.shift();
      if (progress !== undefined) release(progress.wave.cause);
    }
    if (queue.length > 0) return false;
    lines.delete(line);
    return true;
  }

  return {
    send(wave, line) {
      const { topic, cause } = wave;
      const exact = subscriptions.exact(topic);
      const patterns = subscriptions.patterns(topic);
      const heardBy = exact === undefined ? patterns : [exact, ...patterns];
      if (heardBy.length === 0) return;
      const progress: Progress = {
        wave,
        moment: subscriptions.moment,
        subscriptions: heardBy,
        at: 0,
        left: undefined,
        event: undefined,
      };
      const queue = lines.get(line);
      if (queue === undefined && advance(progress)) return;
      hold(cause);
      if (queue !== undefined) {
        queue.push(progress);
        return;
      }
      const fresh = [progress];
      lines.set(line, fresh);
      turns.add(() => goOn(line, fresh));
    },
    get waiting() {
      return waiting;
    },
  };
}
