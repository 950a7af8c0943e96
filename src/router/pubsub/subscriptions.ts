import { isReservedUri } from '../../wamp/uris.js';
import { createEntryLimits } from '../entry-limits.js';
import type { MatchPolicy, Session, Subscription } from '../model.js';
import { createPatternIndex } from '../patterns/pattern-index.js';
import type { RealmContext } from '../realm-context.js';
import type { Objection } from '../refusals.js';

/** Who hears of which topic. Tells meta events of every change (WAMP, "Subscription Meta API"). */
export interface Subscriptions {
  /** The subscription of this very URI with this policy. */
  get(match: MatchPolicy, uri: string): Subscription | undefined;
  exact(topic: string): Subscription | undefined;
  /** All patterns that match a topic. */
  patterns(topic: string): readonly Subscription[];
  isHeard(topic: string): boolean;
  byId(id: number): Subscription | undefined;
  all(): Iterable<Subscription>;
  /**
   * Adds a subscriber; one that is there already stays.
   *
   * @param welcome told of the subscription before anyone else is
   */
  enter(
    subscriber: Session,
    uri: string,
    match: MatchPolicy,
    welcome: (subscription: Subscription) => void,
  ): void;
  leave(subscriber: Session, subscription: Subscription): void;
  /** What limit speaks against a subscription, where the session has it not yet. */
  objection(subscriber: Session, match: MatchPolicy, uri: string): Objection | undefined;
  /**
   * Sends a subscriber no more of what it asked to leave, while that is not decided: until `leave`
   * or `resume`.
   */
  pause(subscriber: Session, subscription: Subscription): void;
  /** It may not leave. */
  resume(subscriber: Session, subscription: Subscription): void;
  /** Takes away all that a session has subscribed to, one with each step. */
  forget(session: Session): Iterable<void>;
  readonly size: number;
  /** Of the last that somebody subscribed: see `subscribers` in model.ts. */
  readonly moment: number;
}

export function createSubscriptions({ limits, clock, announce }: RealmContext): Subscriptions {
  const index = createPatternIndex<Subscription>();
  const byId = new Map<number, Subscription>();
  const held = createEntryLimits({
    what: 'subscriptions',
    session: {
      count: { most: limits.maxSubscriptions, key: 'wamp.max_subscriptions' },
      bytes: { most: limits.maxSubscriptionBytes, key: 'wamp.max_subscription_bytes' },
    },
    realm: {
      count: { most: limits.maxSubscriptionsPerRealm, key: 'wamp.max_subscriptions_per_realm' },
      bytes: { most: limits.maxSubscriptionBytesPerRealm, key: 'wamp.max_subscription_bytes_per_realm' },
    },
    shapes: { most: limits.maxWildcardShapes, key: 'wamp.max_wildcard_shapes' },
  });
  let lastId = 0;
  let moment = 0;

  function create(uri: string, match: MatchPolicy): Subscription {
    const subscription = {
      id: ++lastId,
      uri,
      match,
      created: clock.wall(),
      subscribers: new Map<Session, number>(),
    };
    index.set(match, uri, subscription);
    byId.set(subscription.id, subscription);
    return subscription;
  }

  /** Of subscriptions to meta events there are none: they would tell of one another for ever. */
  function tell(topic: string, subscription: Subscription, subscriber: Session, about: unknown): void {
    if (!isReservedUri(subscription.uri))
      announce(topic, subscriber, [subscriber.id, about], { subject: subscription });
  }

  function leave(subscriber: Session, subscription: Subscription): void {
    const { id, match, uri, subscribers } = subscription;
    if (subscriber.subscriptions?.delete(id) !== true) return;
    const [oldest] = subscribers.keys();
    subscribers.delete(subscriber);
    const [heir] = subscribers.keys();
    held.leave(subscriber, uri, oldest === subscriber, heir);
    subscriber.paused?.delete(subscription);
    const isLast = subscribers.size === 0;
    if (isLast) {
      index.delete(match, uri);
      byId.delete(id);
    }
    tell('wamp.subscription.on_unsubscribe', subscription, subscriber, id);
    if (isLast) tell('wamp.subscription.on_delete', subscription, subscriber, id);
  }

  return {
    get: index.get,
    exact: index.exact,
    patterns: index.patterns,
    objection(subscriber, match, uri) {
      const known = index.get(match, uri);
      if (known?.subscribers.has(subscriber)) return undefined;
      return held.objection(subscriber, uri, known === undefined, index.shapesWith(match, uri));
    },
    isHeard: (topic) => index.exact(topic) !== undefined || index.patterns(topic).length > 0,
    byId: (id) => byId.get(id),
    all: () => byId.values(),
    enter(subscriber, uri, match, welcome) {
      const known = index.get(match, uri);
      const subscription = known ?? create(uri, match);
      const isNew = !subscription.subscribers.has(subscriber);
      if (isNew) {
        held.enter(subscriber, uri, known === undefined);
        subscription.subscribers.set(subscriber, ++moment);
      }
      subscriber.subscriptions ??= new Map();
      subscriber.subscriptions.set(subscription.id, subscription);
      welcome(subscription);
      if (known === undefined) {
        const details = subscriptionDetails(subscription);
        tell('wamp.subscription.on_create', subscription, subscriber, details);
      }
      if (isNew) tell('wamp.subscription.on_subscribe', subscription, subscriber, subscription.id);
    },
    leave,
    pause(subscriber, subscription) {
      subscriber.paused ??= new Set();
      subscriber.paused.add(subscription);
    },
    resume: (subscriber, subscription) => void subscriber.paused?.delete(subscription),
    *forget(session) {
      for (const subscription of session.subscriptions?.values() ?? []) yield leave(session, subscription);
    },
    get size() {
      return byId.size;
    },
    get moment() {
      return moment;
    },
  };
}

/** Whether a session is to be sent what matches a subscription, now. */
export function hears(session: Session, subscription: Subscription): boolean {
  if (session.gone || session.paused?.has(subscription) === true) return false;
  return subscription.subscribers.has(session);
}

/** What the meta API tells of a subscription. */
export function subscriptionDetails({ id, created, uri, match }: Subscription): object {
  return { id, created: new Date(created).toISOString(), uri, match };
}
