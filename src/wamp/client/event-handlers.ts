import { errorLocation, type Logger } from '../../log.js';
import type { Event } from '../messages.js';
import type { Dict, Payload } from '../payload.js';

/** The event that a subscriber's handler gets. */
export interface ReceivedEvent {
  readonly publication: number;
  readonly args: Payload['args'];
  readonly kwargs: Payload['kwargs'];
  /** Details from the router: topic (for a pattern), publisher (if disclosed), retained. */
  readonly details: Dict;
}

export type EventHandler = (event: ReceivedEvent) => void;

/**
 * The handlers of a subscriber. If a client subscribes twice to one topic, both subscriptions have
 * the same ID, and both handlers get the events.
 */
export interface EventHandlers {
  add(subscription: number, handler: EventHandler): void;
  remove(subscription: number): void;
  /** Never throws. */
  deliver(event: Event): void;
}

export function createEventHandlers(log: Logger): EventHandlers {
  const handlers = new Map<number, EventHandler[]>();
  return {
    add(subscription, handler) {
      handlers.set(subscription, [...(handlers.get(subscription) ?? []), handler]);
    },
    remove: (subscription) => void handlers.delete(subscription),
    deliver({ subscription, publication, details, payload: { args, kwargs } }) {
      // There are no handlers if the router sent this EVENT before it got UNSUBSCRIBE.
      for (const handler of handlers.get(subscription) ?? []) {
        try {
          handler({ publication, args, kwargs, details });
        } catch (error) {
          log.error({ subscription, ...errorLocation(error) }, 'an event handler failed');
        }
      }
    },
  };
}
