import { type Event, MESSAGE, type Publish, type Subscribe, type Unsubscribe } from '../wamp/messages.js';
import { ERROR_URI, isReservedUri } from '../wamp/uris.js';
import { isUsableUri, NOTHING, refuse } from './answers.js';
import type { RouterLimits, Session, Subscription } from './model.js';
import { receiverFilter } from './publish-filter.js';

/** Routes events of one realm. */
export interface Broker {
  subscribe(session: Session, message: Subscribe): void;
  unsubscribe(session: Session, message: Unsubscribe): void;
  publish(session: Session, message: Publish): void;
  forget(session: Session): void;
  readonly size: number;
}

/** @param randomId IDs of publications, which are of the global scope */
export function createBroker(limits: RouterLimits, randomId: () => number): Broker {
  const byTopic = new Map<string, Subscription>();
  let lastId = 0;

  function subscribeObjection(
    session: Session,
    message: Subscribe,
  ): readonly [uri: string, sentence: string] | undefined {
    if ((message.options['match'] ?? 'exact') !== 'exact') {
      return [ERROR_URI.optionNotAllowed, 'this router subscribes with match = exact only'];
    }
    if (!isUsableUri(message.topic)) return [ERROR_URI.invalidUri, 'the topic is not a valid URI'];
    const adds = byTopic.get(message.topic)?.subscribers.has(session) !== true;
    if (adds && !session.trusted && session.subscriptions.size >= limits.maxSubscriptions) {
      return [ERROR_URI.tooManyRequests, `a session may hold ${limits.maxSubscriptions} subscriptions`];
    }
    return undefined;
  }

  function publishObjection(message: Publish): readonly [uri: string, sentence: string] | undefined {
    if (!isUsableUri(message.topic)) return [ERROR_URI.invalidUri, 'the topic is not a valid URI'];
    if (isReservedUri(message.topic))
      return [ERROR_URI.invalidUri, 'URIs that begin with wamp. belong to the router'];
    if (message.payload.opaque !== undefined) {
      return [ERROR_URI.featureNotSupported, 'payload passthru is not supported'];
    }
    return undefined;
  }

  function leave(session: Session, subscription: Subscription): void {
    session.subscriptions.delete(subscription.id);
    subscription.subscribers.delete(session);
    if (subscription.subscribers.size === 0) byTopic.delete(subscription.topic);
  }

  return {
    subscribe(session, message) {
      const known = byTopic.get(message.topic);
      const refused = subscribeObjection(session, message);
      if (refused !== undefined) {
        return refuse(session, MESSAGE.SUBSCRIBE, message.request, refused[0], refused[1]);
      }
      const subscription = known ?? { id: ++lastId, topic: message.topic, subscribers: new Set() };
      byTopic.set(message.topic, subscription);
      subscription.subscribers.add(session);
      session.subscriptions.set(subscription.id, subscription);
      session.peer.send({
        type: MESSAGE.SUBSCRIBED,
        request: message.request,
        subscription: subscription.id,
      });
    },
    unsubscribe(session, message) {
      const subscription = session.subscriptions.get(message.subscription);
      if (subscription === undefined) {
        const sentence = 'this session has no such subscription';
        return refuse(session, MESSAGE.UNSUBSCRIBE, message.request, ERROR_URI.noSuchSubscription, sentence);
      }
      leave(session, subscription);
      session.peer.send({ type: MESSAGE.UNSUBSCRIBED, request: message.request });
    },
    publish(session, message) {
      // An answer to a PUBLISH that asked for none is a protocol violation to several clients.
      const acknowledge = message.options['acknowledge'] === true;
      const refused = publishObjection(message);
      if (refused !== undefined) {
        if (acknowledge) refuse(session, MESSAGE.PUBLISH, message.request, refused[0], refused[1]);
        return;
      }
      const publication = randomId();
      // Before the events, so that a publisher which gets its own event knows the publication already.
      if (acknowledge) session.peer.send({ type: MESSAGE.PUBLISHED, request: message.request, publication });
      const subscription = byTopic.get(message.topic);
      if (subscription === undefined) return;
      const { id, subscribers } = subscription;
      const event: Event = {
        type: MESSAGE.EVENT,
        subscription: id,
        publication,
        details: NOTHING,
        payload: message.payload,
      };
      const excludeMe = message.options['exclude_me'] !== false;
      const mayReceive = receiverFilter(message.options);
      // Over a copy: a subscriber in this process may subscribe or unsubscribe while it is being told.
      for (const subscriber of [...subscribers]) {
        if (excludeMe && subscriber === session) continue;
        if (mayReceive !== undefined && !mayReceive(subscriber)) continue;
        if (subscribers.has(subscriber)) subscriber.peer.send(event);
      }
    },
    forget(session) {
      for (const subscription of session.subscriptions.values()) leave(session, subscription);
    },
    get size() {
      return byTopic.size;
    },
  };
}
