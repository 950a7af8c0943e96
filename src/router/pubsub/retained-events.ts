import type { Dict, Payload } from '../../wamp/payload.js';
import { estimateSize } from '../estimate-size.js';
import type { MatchPolicy, RouterLimits, Session } from '../model.js';
import { covers } from '../patterns/pattern-index.js';

/** The data of an event that is kept for later subscribers. */
export interface RetainedEvent {
  readonly topic: string;
  readonly publication: number;
  readonly details: Dict;
  readonly payload: Payload;
  /** Whether a session may receive the event. Follows the options of the event's PUBLISH. */
  readonly mayReceive: (session: Session) => boolean;
}

/**
 * The last event of each topic for which a publisher asked for retention (WAMP, "Event Retention").
 * Limited by number and memory. Beyond a limit, drops the oldest events. If one session exceeds its
 * own limit, drops the oldest events of that session.
 */
export interface RetainedEvents {
  /**
   * @param options PUBLISH.Options. Their size counts too, because `mayReceive` keeps parts of
   * them.
   * @param publisher session ID of the publisher
   */
  keep(event: RetainedEvent, options: Dict, publisher: number): void;
  get(topic: string): RetainedEvent | undefined;
  /**
   * Finds the events that match a pattern and that a session may receive. Each step examines a few
   * events. Also finds events that are kept or replaced during the search. Returns the latest event
   * of each topic, in the order of publication.
   */
  find(session: Session, match: MatchPolicy, pattern: string): Generator<undefined, readonly RetainedEvent[]>;
}

interface Kept {
  readonly event: RetainedEvent;
  readonly size: number;
  readonly publisher: number;
}

/** The retained events that one session published. */
interface Share {
  bytes: number;
  /** In the order in which they were published. */
  readonly topics: Set<string>;
}

/** The number of events that one step examines. A step takes a few microseconds. */
const LOOKED_AT = 32;

export function createRetainedEvents(limits: RouterLimits): RetainedEvents {
  const events = new Map<string, Kept>();
  const shares = new Map<number, Share>();
  let total = 0;

  function drop(topic: string): void {
    const kept = events.get(topic);
    if (kept === undefined) return;
    events.delete(topic);
    total -= kept.size;
    const share = shares.get(kept.publisher);
    if (share === undefined) return;
    share.bytes -= kept.size;
    share.topics.delete(topic);
    if (share.topics.size === 0) shares.delete(kept.publisher);
  }

  function add(event: RetainedEvent, size: number, publisher: number): Share {
    const { topic } = event;
    const share = shares.get(publisher) ?? { bytes: 0, topics: new Set() };
    shares.set(publisher, share);
    events.set(topic, { event, size, publisher });
    total += size;
    share.bytes += size;
    share.topics.add(topic);
    return share;
  }

  return {
    keep(event, options, publisher) {
      const { topic, payload } = event;
      // Drops the old event in any case. If the new event is too large to keep, an outdated one
      // would be worse than none.
      drop(topic);
      const { maxRetainedEvents, maxRetainedBytes, maxRetainedBytesPerSession } = limits;
      const maxShare = Math.min(maxRetainedBytes, maxRetainedBytesPerSession);
      const size = estimateSize([topic, payload, options], maxShare);
      if (size > maxShare) return;
      const share = add(event, size, publisher);
      for (const oldest of share.topics) {
        if (share.bytes <= maxShare) break;
        drop(oldest);
      }
      for (const oldest of events.keys()) {
        if (events.size <= maxRetainedEvents && total <= maxRetainedBytes) break;
        drop(oldest);
      }
    },
    get: (topic) => events.get(topic)?.event,
    *find(session, match, pattern) {
      const found = new Map<string, RetainedEvent>();
      // Events that are published during the search are appended. This counter ends the search even
      // if they never stop.
      let remaining = 2 * events.size + LOOKED_AT;
      for (const [topic, { event }] of events) {
        if (covers(match, pattern, topic) && event.mayReceive(session)) {
          found.delete(topic);
          found.set(topic, event);
        }
        if (--remaining === 0) break;
        if (remaining % LOOKED_AT === 0) yield;
      }
      const current = [...found.values()].filter((event) => events.get(event.topic)?.event === event);
      return current.slice(-limits.maxRetainedSent);
    },
  };
}
