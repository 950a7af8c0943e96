import { errorLocation, type Logger } from '../../log.js';
import type { Event } from '../messages.js';
import type { Dict, Payload } from '../payload.js';

/** An event, as a subscriber's handler gets it. */
export interface ReceivedEvent {
  readonly publication: number;
  readonly args: Payload['args'];
  readonly kwargs: Payload['kwargs'];
  /** From the router: topic (of a pattern), publisher (where disclosed), retained. */
  readonly details: Dict;
}

export type EventHandler = (event: ReceivedEvent) => void;

/**
 * The handlers of a subscriber. Subscribing twice to one topic gives the same subscription ID; both
 * handlers then get its events.
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
      // There are no handlers after an UNSUBSCRIBE that crossed this EVENT.
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
