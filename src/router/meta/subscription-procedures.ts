import { ERROR_URI } from '../../wamp/uris.js';
import type { RouterLimits, Subscription } from '../model.js';
import { type Subscriptions, subscriptionDetails } from '../pubsub/subscriptions.js';
import { idArgument, matchArgument, uriArgument } from './arguments.js';
import { idsByMatch, pageArgument, pageOf } from './listing.js';
import { MetaError, type MetaProcedure } from './meta-call.js';

/** `wamp.subscription.*` (WAMP, "Subscriptions Meta API"). */
export function subscriptionProcedures(
  subscriptions: Subscriptions,
  limits: Pick<RouterLimits, 'maxListLength'>,
): Readonly<Record<string, MetaProcedure>> {
  function byId(args: readonly unknown[]): Subscription {
    const subscription = subscriptions.byId(idArgument(args));
    if (subscription !== undefined) return subscription;
    throw new MetaError(ERROR_URI.noSuchSubscription, 'there is no subscription with this ID');
  }
  const countSubscribers: MetaProcedure = ({ args }) => subscribersOf(byId(args)).length;
  return {
    'wamp.subscription.list': ({ kwargs }) =>
      idsByMatch(subscriptions.all(), pageArgument(kwargs, limits.maxListLength)),
    'wamp.subscription.lookup': ({ args }) =>
      subscriptions.get(matchArgument(args), uriArgument(args))?.id ?? null,
    'wamp.subscription.match': ({ args, kwargs }) => {
      const topic = uriArgument(args);
      const exact = subscriptions.exact(topic);
      const all = [...(exact === undefined ? [] : [exact]), ...subscriptions.patterns(topic)];
      const page = pageArgument(kwargs, limits.maxListLength);
      return all.length === 0
        ? null
        : pageOf(
            all.map(({ id }) => id),
            page,
          );
    },
    'wamp.subscription.get': ({ args }) => subscriptionDetails(byId(args)),
    'wamp.subscription.list_subscribers': ({ args, kwargs }) =>
      pageOf(subscribersOf(byId(args)), pageArgument(kwargs, limits.maxListLength)),
    'wamp.subscription.count_subscribers': countSubscribers,
    // The Go client of nexus uses this spelling.
    'wamp.subscription.count_suscribers': countSubscribers,
  };
}

/** Omits sessions that have left but are not cleaned up yet. */
function subscribersOf({ subscribers }: Subscription): readonly number[] {
  return [...subscribers.keys()].filter(({ gone }) => !gone).map(({ id }) => id);
}
