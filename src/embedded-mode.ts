import { type Clock, withTimeout } from './clock.js';
import type { LoadedConfig } from './config/model.js';
import { createCallee } from './gateway/callee.js';
import type { CallableProcedure } from './gateway/service.js';
import type { Logger } from './log.js';
import type { Mode } from './mode.js';
import type { Observer } from './observe/observer.js';
import { createListenerOpener, enabledListeners } from './open-listeners.js';
import type { OperatorRealm } from './operator-realm.js';
import { createRouter, type Router, type RouterOptions } from './router/router.js';
import type { AnswerRequest } from './transport/acceptor.js';
import type { Listener } from './transport/listener.js';
import type { Turns } from './turns.js';
import { joinRealm, type Session } from './wamp/client/session.js';
import { IN_PROCESS, localPeers } from './wamp/peer.js';
import type { Serializer } from './wamp/serializers/serializer.js';

/** What both modes depend on. */
export interface ModeDeps {
  readonly agent: string;
  readonly serializers: readonly Serializer[];
  readonly turns: Turns;
  readonly log: Logger;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly operators: OperatorRealm | undefined;
  /** Answers the requests of operators, on listeners that serve them beside WAMP clients. */
  readonly answerRequest: AnswerRequest | undefined;
}

const realmOf = ({ config: { settings } }: CallableProcedure): string => settings.realm;

/** The gateway with its own router: it registers its procedures there, and opens the listeners. */
export function createEmbeddedMode(config: LoadedConfig, deps: ModeDeps): Mode {
  const { agent, serializers, turns, log, clock, observer, operators } = deps;
  const router = createConfiguredRouter(config, { agent, turns, log, clock, observer });
  const callee = createCallee({ serializers, clock });
  const sessions: Session[] = [];
  let listeners: readonly Listener[] = [];
  let isReady = false;
  let operatorSession: Session | undefined;
  const openListeners = createListenerOpener(config, {
    attach: router.attach,
    answerRequest: deps.answerRequest,
    isReady: () => isReady,
    turns,
    log,
    clock,
    observer,
  });

  async function join(realm: string): Promise<Session> {
    const [ours, theirs] = localPeers();
    router.attach(theirs, IN_PROCESS);
    const session = await joinRealm(ours, { realm, agent, log, clock });
    sessions.push(session);
    return session;
  }

  async function register(realm: string, procedures: readonly CallableProcedure[]): Promise<void> {
    const session = await join(realm);
    await Promise.all(
      procedures.map((procedure) =>
        session.register(
          procedure.config.settings.uri,
          { forward_timeout: true, disclose_caller: true },
          callee.handlerFor(procedure),
        ),
      ),
    );
  }

  async function joinOperators({ realm, procedures }: OperatorRealm): Promise<void> {
    const session = await join(realm);
    operatorSession = session;
    await Promise.all(procedures.map(({ uri, handler }) => session.register(uri, {}, handler)));
  }

  return {
    async open(procedures, secretsRead) {
      const all = enabledListeners(config);
      // Those that operators use too open first. They refuse WAMP clients until the gateway is
      // ready.
      listeners = await openListeners(all.filter((one) => one.config.isAdmin));
      for (const realm of new Set(procedures.map(realmOf))) {
        await register(
          realm,
          procedures.filter((procedure) => realmOf(procedure) === realm),
        );
      }
      if (operators !== undefined) await joinOperators(operators);
      await secretsRead;
      // Opens the listeners last, so that no client calls a procedure before it is registered.
      const others = await openListeners(all.filter((one) => !one.config.isAdmin));
      const order = all.map((one) => one.config.name);
      listeners = [...listeners, ...others].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
      isReady = true;
    },
    cancelOpen() {},
    async drain(graceMs) {
      callee.refuseNewCalls();
      // Also waits for calls between clients. Their callees do not know that the gateway is
      // stopping, so these calls have a limit of their own.
      const routed = withTimeout(clock, graceMs, router.drain(), () => {});
      const idle = Promise.all(sessions.map((session) => session.idle()));
      const stopTimer = clock.after(graceMs, () => callee.cancelAll(sessions));
      await Promise.all([idle, routed]);
      stopTimer();
    },
    publishToOperators(topic, payload) {
      // It fails only if the router is closed already.
      operatorSession?.publish(topic, payload).catch(() => {});
    },
    async close() {
      await Promise.all(listeners.map((listener) => listener.close()));
      listeners = [];
      await router.close();
    },
    get endpoints() {
      return listeners.flatMap((listener) => listener.urls);
    },
    get realms() {
      return router.realmCounts();
    },
    get listeners() {
      return listeners.map((listener) => ({
        name: listener.name,
        protocol: listener.protocol,
        urls: listener.urls,
        connections: listener.counts().connections,
      }));
    },
    links: [],
    routers: [],
    get callCount() {
      return callee.callCount;
    },
  };
}

function createConfiguredRouter(
  config: LoadedConfig,
  surroundings: Pick<RouterOptions, 'agent' | 'turns' | 'log' | 'clock' | 'observer'>,
): Router {
  const { security, wamp } = config;
  return createRouter({
    realms: config.realms,
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
    rules: () => ({ disclosure: wamp.disclose_me, progressiveResults: wamp.progressive_results }),
    allowAnonymous: security.allow_anonymous_user,
    security: {
      realms: security.realms,
      saltSecret: security.salt_secret,
      maxFailedLoginDelay: security.max_failed_login_delay,
      maxFailedLogins: security.max_failed_logins,
    },
    ...surroundings,
  });
}
