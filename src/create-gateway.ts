import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from './clock.js';
import type { LoadedConfig } from './config/model.js';
import { GatewayError } from './errors.js';
import { type Callee, createCallee } from './gateway/callee.js';
import { createCallLog } from './gateway/pipeline/call-log.js';
import { type Preview, previewRequest as preview } from './gateway/preview.js';
import { type CallableProcedure, createService, type Service, type ServiceDeps } from './gateway/service.js';
import { type Logger, silentLogger } from './log.js';
import { openListeners } from './open-listeners.js';
import { createRouter, type Router } from './router/router.js';
import type { Listener } from './transport/listener.js';
import { createTurns, type Turns } from './turns.js';
import { packageVersion } from './version.js';
import { joinRealm } from './wamp/client/session.js';
import { IN_PROCESS, localPeers } from './wamp/peer.js';
import { createSerializers } from './wamp/serializers/serializers.js';

export type { Preview } from './gateway/preview.js';

/** What a gateway takes from its surroundings; everything has a default. */
export interface GatewayOptions {
  /** Default: no log. */
  readonly log?: Logger;
  readonly clock?: Clock;
  /** Numbers in [0, 1), for jitter and error ids; no secret depends on them. */
  readonly random?: () => number;
  /** Idempotency keys. */
  readonly uuid?: () => string;
  /** Where the secrets provider `env` looks. Default: the process's own environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A WAMP router with the procedures of a configuration on it. */
export interface Gateway {
  /**
   * Registers every procedure, then opens the listeners; nothing stays open where one of these fails. A
   * gateway that was stopped can be started again.
   *
   * @throws GatewayError `already_started`, `listen` or `listener_tls`
   */
  start(): Promise<void>;
  /**
   * Refuses new calls, lets the running ones end, says GOODBYE to every session and closes everything. May be called
   * again while it is at work, with a shorter grace for instance.
   *
   * @param graceMs how long running calls may take to end, milliseconds; they are cancelled then. Default 10 s.
   */
  stop(graceMs?: number): Promise<void>;
  /** The URLs that clients connect to, from `start` on: `ws://127.0.0.1:18080/ws`, `rs://127.0.0.1:18082`. */
  readonly endpoints: readonly string[];
  readonly procedureCount: number;
  /** The realms that can be joined. */
  readonly realms: readonly string[];
  /** Calls of its procedures that have come so far. */
  readonly callCount: number;
}

const DEFAULT_GRACE_MS = 10_000;

/**
 * Secrets that are read within this time are there when the first call comes. A provider that takes longer keeps nobody
 * waiting: its service's calls are answered `secrets` until it is done.
 */
const SECRETS_WAIT_MS = 3_000;

/**
 * Builds a gateway. This is the composition root: every part is made here and handed to those that need it.
 *
 * @param config what `loadConfig` or `parseConfig` gave.
 * @throws GatewayError `service_tls`
 */
export function createGateway(config: LoadedConfig, options: GatewayOptions = {}): Gateway {
  const { log = silentLogger, clock = systemClock, random = Math.random, uuid = randomUUID } = options;
  const { env = process.env } = options;
  const agent = `wamp-rpc-gateway/${packageVersion()}`;
  const errorId = () =>
    Math.floor(random() * 36 ** 8)
      .toString(36)
      .padStart(8, '0');
  const callLog = createCallLog(config.log.calls, log, clock);
  const turns = createTurns(clock);
  const serializers = createSerializers({ maxValues: config.wamp.max_values });
  const waitingTotal = { maxBytes: maxWaitingBytes(config), bytes: 0 };
  const deps: ServiceDeps = {
    clock,
    random,
    uuid,
    userAgent: agent,
    errorId,
    log,
    callLog,
    turns,
    waitingTotal,
    env,
  };

  const compile = () => config.services.map((service) => createService(service, deps));
  // Compiled here and not at the start, so that whoever only checks a configuration finds what is wrong with it.
  let services: readonly Service[] | undefined = compile();
  let callees: Callee[] = [];
  let listeners: readonly Listener[] = [];
  let router: Router | undefined;
  /** Calls of callees that are gone. */
  let callsBefore = 0;
  let starting: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  async function open(): Promise<void> {
    try {
      // A second start needs new ones: a service that was closed stays closed.
      services ??= compile();
      const secretsTried = Promise.all(services.map((service) => service.start()));
      router = createConfiguredRouter(config, agent, turns, log, clock);
      const procedures = services.flatMap((service) => service.procedures);
      const realms = new Set(procedures.map(({ config: { settings } }) => settings.realm));
      for (const realm of realms) callees.push(await joinAsCallee(router, realm, procedures));
      await withinTime(secretsTried, SECRETS_WAIT_MS, clock);
      // Last, so that no client ever finds a procedure missing that is still being registered.
      listeners = await openListeners(config, { attach: router.attach, turns, log, clock });
    } catch (error) {
      await closeEverything();
      throw error;
    }
  }

  async function joinAsCallee(
    onRouter: Router,
    realm: string,
    procedures: readonly CallableProcedure[],
  ): Promise<Callee> {
    const [ours, theirs] = localPeers();
    onRouter.attach(theirs, IN_PROCESS);
    const session = await joinRealm(ours, { realm, agent, log, clock });
    const callee = createCallee(session, serializers, clock);
    await callee.register(procedures.filter((procedure) => procedure.config.settings.realm === realm));
    return callee;
  }

  async function drain(graceMs: number): Promise<void> {
    // Those of clients to clients as well; whoever answers them knows nothing of the end that draws near.
    const routed = withinTime(router?.drain() ?? Promise.resolve(), graceMs, clock);
    const drained = Promise.all(callees.map((callee) => callee.drain()));
    const stopTimer = clock.after(graceMs, () => {
      for (const callee of callees) callee.cancelAll();
    });
    await Promise.all([drained, routed]);
    stopTimer();
  }

  async function closeParts(): Promise<void> {
    await Promise.all(listeners.map((listener) => listener.close()));
    await router?.close();
    await Promise.all((services ?? []).map((service) => service.close()));
    callLog.flush();
    callsBefore += callsOf(callees);
    [services, callees, listeners, router] = [undefined, [], [], undefined];
  }

  /** Once, however many ask for it at a time. */
  function closeEverything(): Promise<void> {
    closing ??= closeParts().finally(() => {
      closing = undefined;
    });
    return closing;
  }

  return {
    start() {
      if (router !== undefined)
        return Promise.reject(new GatewayError('already_started', 'the gateway is started already'));
      starting = open();
      return starting;
    },
    async stop(graceMs = DEFAULT_GRACE_MS) {
      // What is still opening would be missed, and stay open for ever.
      await starting?.catch(() => undefined);
      await drain(graceMs);
      await closeEverything();
    },
    get endpoints() {
      return listeners.flatMap((listener) => listener.urls);
    },
    procedureCount: config.services.reduce((count, service) => count + service.procedures.length, 0),
    realms: config.realms,
    get callCount() {
      return callsBefore + callsOf(callees);
    },
  };
}

const callsOf = (callees: readonly Callee[]): number =>
  callees.reduce((sum, { callCount }) => sum + callCount, 0);

/** Waiting calls of all services together; a service that is allowed more has it. */
const MAX_WAITING_BYTES = 256 * 1024 * 1024;

function maxWaitingBytes({ services }: LoadedConfig): number {
  return Math.max(MAX_WAITING_BYTES, ...services.map(({ settings }) => settings['pool.max_waiting_bytes']));
}

/** Resolves when `awaited` has, or when the time is up; `awaited` must not reject. */
function withinTime(awaited: Promise<unknown>, timeMs: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const stopTimer = clock.after(timeMs, resolve);
    void awaited.then(() => {
      stopTimer();
      resolve();
    });
  });
}

function createConfiguredRouter(
  config: LoadedConfig,
  agent: string,
  turns: Turns,
  log: Logger,
  clock: Clock,
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
    agent,
    turns,
    log,
    clock,
  });
}

/**
 * The HTTP request that a call of `uri` with these kwargs would send, its secrets masked; nothing is sent.
 *
 * @param realm where the same URI stands in several realms; default: the first.
 * @throws BadRequest where there is no such procedure, or the kwargs can't become its request.
 */
export function previewRequest(
  config: LoadedConfig,
  uri: string,
  realm: string | undefined,
  kwargs: Readonly<Record<string, unknown>>,
): Preview {
  const userAgent = `wamp-rpc-gateway/${packageVersion()}`;
  return preview(config, uri, realm, kwargs, { userAgent, uuid: randomUUID });
}
