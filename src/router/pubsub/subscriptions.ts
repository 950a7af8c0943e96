import { isReservedUri } from '../../wamp/uris.js';
import { createEntryLimits } from '../entry-limits.js';
import { holdingLimits } from '../holdings.js';
import { limitOf } from '../limit.js';
import type { MatchPolicy, Session, Subscription } from '../model.js';
import { createPatternIndex } from '../patterns/pattern-index.js';
import type { RealmContext } from '../realm-context.js';
import type { Refusal } from '../refusals.js';

/**
 * Which sessions subscribe to which topic. Publishes meta events for every change (WAMP,
 * "Subscription Meta API").
 */
export interface Subscriptions {
  /** The subscription with exactly this URI and policy. */
  get(match: MatchPolicy, uri: string): Subscription | undefined;
  exact(topic: string): Subscription | undefined;
  /** All patterns that match a topic. */
  patterns(topic: string): readonly Subscription[];
  isHeard(topic: string): boolean;
  byId(id: number): Subscription | undefined;
  all(): Iterable<Subscription>;
  /**
   * Adds a subscriber. A session that subscribes again keeps its position.
   *
   * @param welcome called with the subscription before any meta event is published
   */
  enter(
    subscriber: Session,
    uri: string,
    match: MatchPolicy,
    welcome: (subscription: Subscription) => void,
  ): void;
  leave(subscriber: Session, subscription: Subscription): void;
  /**
   * Returns a refusal if one more subscription would exceed a limit. Returns undefined if the
   * session already has that subscription.
   */
  check(subscriber: Session, match: MatchPolicy, uri: string): Refusal | undefined;
  /**
   * Stops the events of a subscription that a session asked to leave, until `leave` or `resume`.
   */
  pause(subscriber: Session, subscription: Subscription): void;
  /** Sends events again, because the session's UNSUBSCRIBE was refused. */
  resume(subscriber: Session, subscription: Subscription): void;
  /** Removes all subscriptions of a session, one per step. */
  forget(session: Session): Iterable<void>;
  readonly size: number;
  /** The highest number in all `subscribers` so far, see `Subscription` in model.ts. */
  readonly moment: number;
}

export function createSubscriptions({ limits, clock, announce }: RealmContext): Subscriptions {
  const index = createPatternIndex<Subscription>();
  const byId = new Map<number, Subscription>();
  const held = createEntryLimits({
    ...holdingLimits(limits, 'Subscription'),
    shapes: limitOf(limits, 'maxWildcardShapes'),
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

  /**
   * Announces nothing about subscriptions to meta events. Otherwise such events would cause each
   * other forever.
   */
  function announceChange(
    topic: string,
    subscription: Subscription,
    subscriber: Session,
    about: unknown,
  ): void {
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
    announceChange('wamp.subscription.on_unsubscribe', subscription, subscriber, id);
    if (isLast) announceChange('wamp.subscription.on_delete', subscription, subscriber, id);
  }

  return {
    get: index.get,
    exact: index.exact,
    patterns: index.patterns,
    check(subscriber, match, uri) {
      const known = index.get(match, uri);
      if (known?.subscribers.has(subscriber)) return undefined;
      return held.check(subscriber, uri, known === undefined, index.shapesWith(match, uri));
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
        announceChange('wamp.subscription.on_create', subscription, subscriber, details);
      }
      if (isNew) announceChange('wamp.subscription.on_subscribe', subscription, subscriber, subscription.id);
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

/** Whether a session gets events of a subscription now. */
export function hears(session: Session, subscription: Subscription): boolean {
  if (session.gone || session.paused?.has(subscription) === true) return false;
  return subscription.subscribers.has(session);
}

/** The details of a subscription in the meta API. */
export function subscriptionDetails({ id, created, uri, match }: Subscription): object {
  return { id, created: new Date(created).toISOString(), uri, match };
}
