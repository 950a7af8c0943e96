import { ERROR_URI } from '../../wamp/uris.js';
import type { Subscription } from '../model.js';
import { type Subscriptions, subscriptionDetails } from '../subscriptions.js';
import { idArgument, matchArgument, uriArgument } from './arguments.js';
import { idsByMatch } from './ids-by-match.js';
import { MetaError, type MetaProcedure } from './meta-call.js';

/** `wamp.subscription.*` (WAMP, "Subscriptions Meta API"). */
export function subscriptionProcedures(
  subscriptions: Subscriptions,
): Readonly<Record<string, MetaProcedure>> {
  function byId(args: readonly unknown[]): Subscription {
    const subscription = subscriptions.byId(idArgument(args));
    if (subscription !== undefined) return subscription;
    throw new MetaError(ERROR_URI.noSuchSubscription, 'there is no subscription with this ID');
  }
  const countSubscribers: MetaProcedure = ({ args }) => byId(args).subscribers.size;
  return {
    'wamp.subscription.list': () => idsByMatch(subscriptions.all()),
    'wamp.subscription.lookup': ({ args }) =>
      subscriptions.get(matchArgument(args), uriArgument(args))?.id ?? null,
    'wamp.subscription.match': ({ args }) => {
      const topic = uriArgument(args);
      const exact = subscriptions.exact(topic);
      const all = [...(exact === undefined ? [] : [exact]), ...subscriptions.patterns(topic)];
      return all.length === 0 ? null : all.map(({ id }) => id);
    },
    'wamp.subscription.get': ({ args }) => subscriptionDetails(byId(args)),
    'wamp.subscription.list_subscribers': ({ args }) =>
      [...byId(args).subscribers.keys()].map(({ id }) => id),
    'wamp.subscription.count_subscribers': countSubscribers,
    // As the constant of nexus' Go client has it.
    'wamp.subscription.count_suscribers': countSubscribers,
  };
}
