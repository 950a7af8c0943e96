import type { Dict, Payload } from '../wamp/payload.js';
import type { RouterLimits, Session } from './model.js';
import { weigh } from './weigh.js';

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
 * The last event of each topic that its publisher wanted retained (WAMP, "Event Retention"). Bounded in number and
 * memory: what was published longest ago goes first.
 */
export interface RetainedEvents {
  /** @param options whatever else `mayReceive` holds on to, to be weighed too */
  keep(event: RetainedEvent, options: Dict): void;
  get(topic: string): RetainedEvent | undefined;
  /** In the order in which they were published. */
  all(): Iterable<RetainedEvent>;
}

export function createRetainedEvents(limits: RouterLimits): RetainedEvents {
  const { maxRetainedEvents, maxRetainedBytes } = limits;
  const events = new Map<string, { readonly event: RetainedEvent; readonly weight: number }>();
  let total = 0;

  function drop(topic: string): void {
    total -= events.get(topic)?.weight ?? 0;
    events.delete(topic);
  }

  return {
    keep(event, options) {
      const { topic, payload } = event;
      // The old one goes in any case: where this one is too large, an outdated one would be worse than none.
      drop(topic);
      const weight = weigh([topic, payload, options], maxRetainedBytes);
      if (weight > maxRetainedBytes) return;
      events.set(topic, { event, weight });
      total += weight;
      for (const oldest of events.keys()) {
        if (events.size <= maxRetainedEvents && total <= maxRetainedBytes) break;
        drop(oldest);
      }
    },
    get: (topic) => events.get(topic)?.event,
    *all() {
      for (const { event } of events.values()) yield event;
    },
  };
}
