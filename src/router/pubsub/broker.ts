import { inTurns } from '../../turns.js';
import { MESSAGE, type Publish, type Subscribe, type Unsubscribe } from '../../wamp/messages.js';
import { ERROR_URI, isReservedUri } from '../../wamp/uris.js';
import { ask, settle } from '../access/ask-authorizer.js';
import type { Session } from '../model.js';
import { isUsablePattern, isUsableUri, matchPolicyOf } from '../patterns/pattern-index.js';
import { checkPacking, isOpaque } from '../payload-passthru.js';
import type { RealmContext } from '../realm-context.js';
import { NO_DISCLOSURE, OPAQUE_PAYLOAD, RESERVED_URI, type Refusal, refuse } from '../refusals.js';
import { createPublishing, type Publication, type Publishing } from './publishing.js';
import type { RetainedEvent } from './retained-events.js';
import { createSubscriptions, type Subscriptions } from './subscriptions.js';

/** Routes events of one realm. Methods return a promise if an authorizer takes time. */
export interface Broker extends Pick<Publishing, 'announce' | 'deliver' | 'isBehind'> {
  readonly subscriptions: Subscriptions;
  subscribe(session: Session, message: Subscribe): Promise<void> | undefined;
  unsubscribe(session: Session, message: Unsubscribe): Promise<void> | undefined;
  /**
   * Called when an UNSUBSCRIBE waits behind an earlier request. From now on the session gets no
   * EVENT of that subscription.
   */
  awaitUnsubscribe(session: Session, message: Unsubscribe): void;
  /**
   * @throws ProtocolViolation for a packed payload from a publisher that did not announce the
   * feature
   */
  publish(session: Session, message: Publish): Promise<void> | undefined;
  /** Returns a refusal if no session may publish this event. */
  check(publication: Publication): Refusal | undefined;
  readonly size: number;
}

export function createBroker(context: RealmContext): Broker {
  const { rules, turns, randomId } = context;
  const subscriptions = createSubscriptions(context);
  const publishing = createPublishing(subscriptions, context);
  const { announce, deliver: publish, sendRetained } = publishing;

  function check({ topic, options, payload }: Publication): Refusal | undefined {
    if (!isUsableUri(topic)) return { uri: ERROR_URI.invalidUri, message: 'the topic is not a valid URI' };
    if (isReservedUri(topic)) return RESERVED_URI;
    if (isOpaque(payload)) return OPAQUE_PAYLOAD;
    if (options['disclose_me'] === true && rules.disclosure === 'refuse') return NO_DISCLOSURE;
    return undefined;
  }

  /** @param retained events to send before any others */
  function enter(session: Session, message: Subscribe, retained: readonly RetainedEvent[]): undefined {
    const { request, options, topic } = message;
    const match = matchPolicyOf(options);
    const refusal = subscriptions.check(session, match, topic);
    if (refusal !== undefined) return refuse(session, message, refusal);
    subscriptions.enter(session, topic, match, (subscription) => {
      session.peer.send({ type: MESSAGE.SUBSCRIBED, request, subscription: subscription.id });
      sendRetained(session, subscription, retained);
    });
  }

  /**
   * Like `enter`, for a session that asks for retained events. Finds them first, so that no event
   * arrives twice or out of order.
   */
  function enterAfterSearch(session: Session, message: Subscribe): Promise<void> | undefined {
    function* steps(): Generator<unknown> {
      const match = matchPolicyOf(message.options);
      const retained = yield* publishing.findRetained(session, match, message.topic);
      session.peer.release?.();
      if (!session.gone) enter(session, message, retained);
    }
    session.peer.hold?.();
    return inTurns(turns, steps());
  }

  function accept(session: Session, message: Publish): undefined {
    const publication = randomId();
    // Sends PUBLISHED before the events. So a publisher that gets its own event already knows the
    // publication ID.
    if (message.options['acknowledge'] === true) {
      session.peer.send({ type: MESSAGE.PUBLISHED, request: message.request, publication });
    }
    publish(session, publication, message);
  }

  return {
    subscriptions,
    announce,
    deliver: publish,
    check,
    subscribe(session, message) {
      const { topic, options } = message;
      const match = matchPolicyOf(options);
      const deny = (refusal: Refusal): undefined => refuse(session, message, refusal);
      if (!isUsablePattern(match, topic))
        return deny({ uri: ERROR_URI.invalidUri, message: 'the topic is not a valid URI or pattern' });
      const verdict = ask(rules.authorizer, session, 'subscribe', topic, match);
      const proceed = (): Promise<void> | undefined =>
        options['get_retained'] === true ? enterAfterSearch(session, message) : enter(session, message, []);
      return settle(verdict, { context, session, message, proceed, refuse: deny });
    },
    unsubscribe(session, message) {
      const { request } = message;
      const subscription = session.subscriptions?.get(message.subscription);
      const deny = (refusal: Refusal): undefined => refuse(session, message, refusal);
      if (subscription === undefined) return deny(NO_SUCH_SUBSCRIPTION);
      const denyAndResume = (refusal: Refusal): undefined => {
        subscriptions.resume(session, subscription);
        return deny(refusal);
      };
      const verdict = ask(rules.authorizer, session, 'unsubscribe', subscription.uri, subscription.match);
      const proceed = (): undefined => {
        subscriptions.leave(session, subscription);
        session.peer.send({ type: MESSAGE.UNSUBSCRIBED, request });
      };
      // Pauses the subscription immediately. Clients treat an EVENT after their UNSUBSCRIBE as a
      // violation, even before UNSUBSCRIBED arrives.
      if (verdict instanceof Promise) subscriptions.pause(session, subscription);
      return settle(verdict, { context, session, message, proceed, refuse: denyAndResume });
    },
    awaitUnsubscribe(session, message) {
      const subscription = session.subscriptions?.get(message.subscription);
      if (subscription !== undefined) subscriptions.pause(session, subscription);
    },
    publish(session, message) {
      checkPacking('PUBLISH', message.options, session.features.publisher.payloadPassthru);
      const refusal = check(message);
      if (refusal !== undefined) return denyPublish(session, message, refusal);
      const verdict = ask(rules.authorizer, session, 'publish', message.topic, 'exact');
      if (verdict === true) return accept(session, message);
      return settle(verdict, {
        context,
        session,
        message,
        proceed: () => accept(session, message),
        refuse: (refusal) => denyPublish(session, message, refusal),
      });
    },
    get isBehind() {
      return publishing.isBehind;
    },
    get size() {
      return subscriptions.size;
    },
  };
}

/**
 * Sends no ERROR if PUBLISH asked for no acknowledgement. Several clients treat such an ERROR as a
 * protocol violation.
 */
function denyPublish(session: Session, message: Publish, refusal: Refusal): undefined {
  if (message.options['acknowledge'] === true) refuse(session, message, refusal);
}

const NO_SUCH_SUBSCRIPTION: Refusal = {
  uri: ERROR_URI.noSuchSubscription,
  message: 'this session has no such subscription',
};
