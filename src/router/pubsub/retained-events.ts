import type { Dict, Payload } from '../../wamp/payload.js';
import { weigh } from '../estimate-size.js';
import type { MatchPolicy, RouterLimits, Session } from '../model.js';
import { covers } from '../patterns/pattern-index.js';

/** What is kept of an event for those who subscribe later. */
export interface RetainedEvent {
  readonly topic: string;
  readonly publication: number;
  readonly details: Dict;
  readonly payload: Payload;
  /** Whether a session would have got it, had it subscribed earlier. */
  readonly mayReceive: (session: Session) => boolean;
}

/**
 * The last event of each topic that its publisher wanted retained (WAMP, "Event Retention").
 * Bounded in number and memory: what was published longest ago goes first; of a session that
 * retains more than one may, that of its own.
 */
export interface RetainedEvents {
  /**
   * @param options whatever else `mayReceive` holds on to, to be weighed too
   * @param publisher the ID of its session
   */
  keep(event: RetainedEvent, options: Dict, publisher: number): void;
  get(topic: string): RetainedEvent | undefined;
  /**
   * Looks through them for those whose topic a pattern matches and that a session may have, a few
   * with each step, and for those as well that are kept or replaced meanwhile. Returns the latest,
   * in the order in which they were published.
   */
  find(session: Session, match: MatchPolicy, pattern: string): Generator<undefined, readonly RetainedEvent[]>;
}

interface Kept {
  readonly event: RetainedEvent;
  readonly weight: number;
  readonly publisher: number;
}

/** What one session published of what is retained. */
interface Share {
  bytes: number;
  /** In the order in which it published them. */
  readonly topics: Set<string>;
}

/** Events that are looked at in one step: some microseconds. */
const LOOKED_AT = 32;

export function createRetainedEvents(limits: RouterLimits): RetainedEvents {
  const { maxRetainedEvents, maxRetainedBytes, maxRetainedSent } = limits;
  const maxShare = Math.min(maxRetainedBytes, limits.maxRetainedBytesPerSession);
  const events = new Map<string, Kept>();
  const shares = new Map<number, Share>();
  let total = 0;

  function drop(topic: string): void {
    const kept = events.get(topic);
    if (kept === undefined) return;
    events.delete(topic);
    total -= kept.weight;
    const share = shares.get(kept.publisher);
    if (share === undefined) return;
    share.bytes -= kept.weight;
    share.topics.delete(topic);
    if (share.topics.size === 0) shares.delete(kept.publisher);
  }

  function add(event: RetainedEvent, weight: number, publisher: number): Share {
    const { topic } = event;
    const share = shares.get(publisher) ?? { bytes: 0, topics: new Set() };
    shares.set(publisher, share);
    events.set(topic, { event, weight, publisher });
    total += weight;
    share.bytes += weight;
    share.topics.add(topic);
    return share;
  }

  return {
    keep(event, options, publisher) {
      const { topic, payload } = event;
      // The old one goes in any case: where this one is too large, an outdated one would be worse
      // than none.
      drop(topic);
      const weight = weigh([topic, payload, options], maxShare);
      if (weight > maxShare) return;
      const share = add(event, weight, publisher);
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
      // What is kept meanwhile comes behind the others. Whoever publishes without end cannot keep
      // this from ending.
      let left = 2 * events.size + LOOKED_AT;
      for (const [topic, { event }] of events) {
        if (covers(match, pattern, topic) && event.mayReceive(session)) {
          found.delete(topic);
          found.set(topic, event);
        }
        if (--left === 0) break;
        if (left % LOOKED_AT === 0) yield;
      }
      const still = [...found.values()].filter((event) => events.get(event.topic)?.event === event);
      return still.slice(-maxRetainedSent);
    },
  };
}
