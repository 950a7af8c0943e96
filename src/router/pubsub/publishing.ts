import { MESSAGE } from '../../wamp/messages.js';
import { type Dict, NOTHING, type Payload } from '../../wamp/payload.js';
import { traceContextOf } from '../../wamp/trace-context.js';
import type { MatchPolicy, Session, Subscription } from '../model.js';
import { isPacked, packingOf } from '../payload-passthru.js';
import type { MoreOfMetaEvent, RealmContext } from '../realm-context.js';
import { createFanOut } from './fan-out.js';
import { receiverFilter } from './publish-filter.js';
import { createRetainedEvents, type RetainedEvent, type RetainedEvents } from './retained-events.js';
import { hears, type Subscriptions } from './subscriptions.js';

/** An event to publish, after all checks. */
export interface Publication {
  readonly topic: string;
  /** PUBLISH.Options. */
  readonly options: Dict;
  readonly payload: Payload;
}

/** Sends events to their receivers. */
export interface Publishing {
  /** @param id publication ID */
  deliver(publisher: Session, id: number, publication: Publication): void;
  /** Publishes a meta event of the router. The session that causes the event does not get it. */
  announce(topic: string, cause: Session, args: readonly unknown[], more?: MoreOfMetaEvent): void;
  /** True while too many events wait. Work that is not urgent should wait then. */
  readonly isBehind: boolean;
  /**
   * Finds the retained events that match a pattern and that a session may receive. Each step
   * examines a few events.
   */
  findRetained(
    session: Session,
    match: MatchPolicy,
    uri: string,
  ): Generator<undefined, readonly RetainedEvent[]>;
  sendRetained(subscriber: Session, subscription: Subscription, events: readonly RetainedEvent[]): void;
}

/**
 * If more events than this wait, the router delays the cleanup of sessions that have left, so that
 * it creates no more meta events.
 */
const MAX_WAITING = 1000;

/**
 * If more meta events of one session wait than this, its connection is not read. A session that
 * only joins or subscribes stays below this number.
 */
const MAX_PENDING_META_EVENTS = 8;

export function createPublishing(subscriptions: Subscriptions, context: RealmContext): Publishing {
  const { limits, randomId, observer, realm } = context;
  const retained: RetainedEvents = createRetainedEvents(limits);

  const fanOut = createFanOut(subscriptions, context);

  return {
    deliver(publisher, publication, { topic, options, payload }) {
      observer.eventPublished(realm);
      const details = eventDetails(publisher, options);
      const filter = receiverFilter(options);
      const includesMe = options['exclude_me'] === false;
      // Retains the event before sending it. A receiver may publish immediately, and its later
      // event must replace this one.
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
          maxPending: 0,
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
          maxPending: MAX_PENDING_META_EVENTS,
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

function eventDetails(publisher: Session, options: Dict): Dict {
  const identity = options['disclose_me'] === true ? publisherDetails(publisher) : NOTHING;
  const packing = isPacked(options) ? packingOf(options) : undefined;
  const trace = traceContextOf(options);
  // Most events need no other details and share this object.
  if (packing === undefined && trace === undefined) return identity;
  return { ...identity, ...trace, ...packing };
}

function publisherDetails({ id, authid, authrole }: Session): Dict {
  return { publisher: id, publisher_authid: authid, publisher_authrole: authrole };
}
