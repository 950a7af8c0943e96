import { type Event, MESSAGE } from '../wamp/messages.js';
import { type Dict, NOTHING, type Payload } from '../wamp/payload.js';
import type { Session, Subscription } from './model.js';
import { isPacked, packingOf } from './passthru.js';
import { receiverFilter } from './publish-filter.js';
import type { RealmContext } from './realm-context.js';
import { createRetainedEvents, type RetainedEvents } from './retained-events.js';
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
  publish(publisher: Session, publication: number, what: Publication): void;
  /** A meta event: from the router, to all but the session that it tells of. */
  announce(topic: string, cause: Session, args: readonly unknown[]): void;
  /** Sends what is retained of the topics that a subscription matches. */
  sendRetained(subscriber: Session, subscription: Subscription): void;
}

interface Wave {
  readonly topic: string;
  readonly publication: number;
  readonly details: Dict;
  readonly payload: Payload;
  readonly except: Session | undefined;
  readonly mayReceive: ((session: Session) => boolean) | undefined;
}

export function createPublishing(subscriptions: Subscriptions, context: RealmContext): Publishing {
  const { limits, randomId } = context;
  const retained: RetainedEvents = createRetainedEvents(limits);

  function tell(subscription: Subscription, details: Dict, wave: Wave): void {
    const { id, subscribers } = subscription;
    const { publication, payload, except, mayReceive } = wave;
    // One object for all: a serializer knows it again, and writes it once.
    const event: Event = { type: MESSAGE.EVENT, subscription: id, publication, details, payload };
    // Over a copy: a subscriber in this process may subscribe or unsubscribe while it is being told.
    for (const subscriber of [...subscribers]) {
      if (subscriber === except || mayReceive?.(subscriber) === false) continue;
      if (hears(subscriber, subscription)) subscriber.peer.send(event);
    }
  }

  function spread(wave: Wave): void {
    const { topic, details } = wave;
    const patterns = subscriptions.patterns(topic);
    const exact = subscriptions.exact(topic);
    if (exact !== undefined) tell(exact, details, wave);
    if (patterns.length === 0) return;
    // Who subscribed to a pattern must be told what the topic is.
    const withTopic = { ...details, topic };
    for (const subscription of patterns) tell(subscription, withTopic, wave);
  }

  return {
    publish(publisher, publication, { topic, options, payload }) {
      const identity = options['disclose_me'] === true ? publisherDetails(publisher) : NOTHING;
      const details = isPacked(options) ? { ...identity, ...packingOf(options) } : identity;
      const filter = receiverFilter(options);
      const includesMe = options['exclude_me'] === false;
      // First: who is told may publish again at once, and then has the last word.
      if (options['retain'] === true) {
        const { id } = publisher;
        const mayReceive = (session: Session) =>
          (includesMe || session.id !== id) && filter?.(session) !== false;
        retained.keep({ topic, publication, details, payload, mayReceive }, options);
      }
      const except = includesMe ? undefined : publisher;
      spread({ topic, publication, details, payload, except, mayReceive: filter });
    },
    announce(topic, cause, args) {
      const isHeard = subscriptions.exact(topic) !== undefined || subscriptions.patterns(topic).length > 0;
      if (!isHeard) return;
      const payload = { args };
      const publication = randomId();
      spread({ topic, publication, details: NOTHING, payload, except: cause, mayReceive: undefined });
    },
    sendRetained(subscriber, subscription) {
      const { id, match, uri } = subscription;
      const events = match === 'exact' ? [retained.get(uri)] : [...retained.all()];
      for (const event of events) {
        if (event === undefined || !event.mayReceive(subscriber)) continue;
        const { topic, publication, payload } = event;
        if (match !== 'exact' && !subscriptions.patterns(topic).includes(subscription)) continue;
        if (!hears(subscriber, subscription)) return;
        const details = { ...event.details, ...(match !== 'exact' && { topic }), retained: true };
        subscriber.peer.send({ type: MESSAGE.EVENT, subscription: id, publication, details, payload });
      }
    },
  };
}

function publisherDetails({ id, authid, authrole }: Session): Dict {
  return { publisher: id, publisher_authid: authid, publisher_authrole: authrole };
}
