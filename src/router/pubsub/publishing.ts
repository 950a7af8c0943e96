import { MESSAGE } from '../../wamp/messages.js';
import { type Dict, NOTHING, type Payload } from '../../wamp/payload.js';
import type { MatchPolicy, Session, Subscription } from '../model.js';
import { isPacked, packingOf } from '../payload-passthru.js';
import type { MoreOfMetaEvent, RealmContext } from '../realm-context.js';
import { createFanOut } from './fan-out.js';
import { receiverFilter } from './publish-filter.js';
import { createRetainedEvents, type RetainedEvent, type RetainedEvents } from './retained-events.js';
import { hears, type Subscriptions } from './subscriptions.js';

/** What is to be published, all questions asked. */
export interface Publication {
  readonly topic: string;
  /** PUBLISH.Options. */
  readonly options: Dict;
  readonly payload: Payload;
}

/** Sends events to those that they are for. */
export interface Publishing {
  /** @param publication its ID */
  deliver(publisher: Session, publication: number, what: Publication): void;
  /**
   * A meta event: from the router, to all but the session that it tells of.
   */
  announce(topic: string, cause: Session, args: readonly unknown[], more?: MoreOfMetaEvent): void;
  /** So much is on its way that more of what can wait should. */
  readonly isBehind: boolean;
  /** Looks for what is retained for a session of the topics that a pattern matches, a little with each step. */
  findRetained(
    session: Session,
    match: MatchPolicy,
    uri: string,
  ): Generator<undefined, readonly RetainedEvent[]>;
  sendRetained(subscriber: Session, subscription: Subscription, events: readonly RetainedEvent[]): void;
}

/** Events on their way, from which on those of sessions that have left wait before they are made. */
const MAX_WAITING = 1000;

/** Meta events that a session may cause ahead of their turn: who merely joins, or subscribes, need not wait for them. */
const MOST_META_EVENTS_OWED = 8;

export function createPublishing(subscriptions: Subscriptions, context: RealmContext): Publishing {
  const { limits, randomId } = context;
  const retained: RetainedEvents = createRetainedEvents(limits);

  const fanOut = createFanOut(subscriptions, context);

  return {
    deliver(publisher, publication, { topic, options, payload }) {
      const identity = options['disclose_me'] === true ? publisherDetails(publisher) : NOTHING;
      const details = isPacked(options) ? { ...identity, ...packingOf(options) } : identity;
      const filter = receiverFilter(options);
      const includesMe = options['exclude_me'] === false;
      // First: who is told may publish again at once, and then has the last word.
      if (options['retain'] === true) {
        const { id } = publisher;
        const mayReceive = (session: Session) =>
          (includesMe || session.id !== id) && filter?.(session) !== false;
        retained.keep({ topic, publication, details, payload, mayReceive }, options, id);
      }
      const except = includesMe ? undefined : publisher;
      fanOut.send(
        {
          topic,
          publication,
          details,
          payload,
          cause: publisher,
          mostOwed: 0,
          isDue: undefined,
          except,
          mayReceive: filter,
          subject: undefined,
        },
        publisher,
      );
    },
    announce(topic, cause, args, more) {
      if (!subscriptions.isHeard(topic)) return;
      fanOut.send(
        {
          topic,
          publication: randomId(),
          details: NOTHING,
          payload: { args },
          cause,
          mostOwed: MOST_META_EVENTS_OWED,
          isDue: more?.isDue,
          except: cause,
          mayReceive: undefined,
          subject: more?.subject,
        },
        undefined,
      );
    },
    get isBehind() {
      return fanOut.waiting >= MAX_WAITING;
    },
    *findRetained(session, match, uri) {
      if (match !== 'exact') return yield* retained.find(session, match, uri);
      const event = retained.get(uri);
      return event?.mayReceive(session) === true ? [event] : [];
    },
    sendRetained(subscriber, subscription, events) {
      const { id, match } = subscription;
      for (const event of events) {
        if (!hears(subscriber, subscription)) return;
        const { topic, publication, payload } = event;
        const details = { ...event.details, ...(match !== 'exact' && { topic }), retained: true };
        subscriber.peer.send({ type: MESSAGE.EVENT, subscription: id, publication, details, payload });
      }
    },
  };
}

function publisherDetails({ id, authid, authrole }: Session): Dict {
  return { publisher: id, publisher_authid: authid, publisher_authrole: authrole };
}
