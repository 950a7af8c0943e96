import type { LoadedConfig, RealmSecurity } from '../config/model.js';
import { isSameSettings } from '../config/same-settings.js';
import { describeProcedure } from '../gateway/descriptions/describe-procedure.js';
import type { RouterSettings } from '../router/router.js';

/**
 * The settings of the embedded router.
 *
 * @param former the settings that they replace. Realms with the same security keep its object, by
 *   which the router sees that nothing has changed
 */
export function routerSettings(
  { realms, security, wamp, services }: LoadedConfig,
  former?: RouterSettings,
): RouterSettings {
  return {
    realms,
    limits: {
      callTimeout: wamp.call_timeout,
      maxCallTimeout: wamp.max_call_timeout,
      maxPendingCalls: wamp.max_pending_calls,
      maxPendingCallsPerRealm: wamp.max_pending_calls_per_realm,
      maxPendingCallBytesPerRealm: wamp.max_pending_call_bytes_per_realm,
      maxSessions: wamp.max_sessions,
      maxRegistrations: wamp.max_registrations,
      maxRegistrationBytes: wamp.max_registration_bytes,
      maxRegistrationsPerRealm: wamp.max_registrations_per_realm,
      maxRegistrationBytesPerRealm: wamp.max_registration_bytes_per_realm,
      maxSubscriptions: wamp.max_subscriptions,
      maxSubscriptionBytes: wamp.max_subscription_bytes,
      maxSubscriptionsPerRealm: wamp.max_subscriptions_per_realm,
      maxSubscriptionBytesPerRealm: wamp.max_subscription_bytes_per_realm,
      maxWildcardShapes: wamp.max_wildcard_shapes,
      maxRetainedEvents: wamp.max_retained_events,
      maxRetainedBytes: wamp.max_retained_bytes,
      maxRetainedBytesPerSession: wamp.max_retained_bytes_per_session,
      maxRetainedSent: wamp.max_retained_sent,
      maxListLength: wamp.max_list_length,
      maxTestaments: wamp.max_testaments,
      maxTestamentBytes: wamp.max_testament_bytes,
      maxTestamentsPerRealm: wamp.max_testaments_per_realm,
      maxTestamentBytesPerRealm: wamp.max_testament_bytes_per_realm,
      maxWaitingMessages: wamp.max_waiting_messages,
      maxWaitingBytes: wamp.max_waiting_bytes,
      maxWaitingMessagesPerRealm: wamp.max_waiting_messages_per_realm,
      maxWaitingBytesPerRealm: wamp.max_waiting_bytes_per_realm,
    },
    rules: (realm) => ({
      disclosure: wamp.disclose_me,
      progressiveResults: wamp.progressive_results,
      describe: descriptionsIn(realm, services),
    }),
    allowAnonymous: security.allow_anonymous_user,
    security: {
      realms: realmsOf(security, former),
      saltSecret: security.salt_secret,
      maxFailedLoginDelay: security.max_failed_login_delay,
      maxFailedLogins: security.max_failed_logins,
    },
  };
}

/** Describes the procedures of a realm. A function of its own, as {@link realmsOf} is. */
function descriptionsIn(
  realm: string,
  services: LoadedConfig['services'],
): (uri: string) => object | undefined {
  return (uri) => {
    for (const service of services) {
      for (const procedure of service.procedures) {
        const { settings } = procedure;
        if (settings.uri === uri && settings.realm === realm) return describeProcedure(service, procedure);
      }
    }
    return undefined;
  };
}

type Realms = NonNullable<RouterSettings['security']>['realms'];

/**
 * A function of its own, because closures of one function keep all its variables. Otherwise each
 * settings would keep the former ones in memory, and these the ones before.
 */
function realmsOf({ realms }: LoadedConfig['security'], former: RouterSettings | undefined): Realms {
  const known = former?.security?.realms;
  return new Map([...realms].map(([name, realm]) => [name, sameOr(known?.get(name), realm)]));
}

type RouterRealm = Realms extends ReadonlyMap<string, infer R> ? R : never;

const sameOr = (former: RouterRealm | undefined, realm: RealmSecurity): RouterRealm =>
  former !== undefined && isSameSettings(former, realm) ? former : realm;
