import { randomUUID } from 'node:crypto';
import { type Clock, systemClock, withTimeout } from './clock.js';
import type { LoadedConfig } from './config/model.js';
import { GatewayError } from './errors.js';
import { type Callee, createCallee } from './gateway/callee.js';
import { createCallLog } from './gateway/pipeline/call-log.js';
import { type Preview, previewRequest as preview } from './gateway/preview.js';
import { type CallableProcedure, createService, type Service, type ServiceDeps } from './gateway/service.js';
import { type Logger, silentLogger } from './log.js';
import { type Observer, silentObserver } from './observe/observer.js';
import { openListeners } from './open-listeners.js';
import { createRouter, type Router, type RouterOptions } from './router/router.js';
import type { Listener } from './transport/listener.js';
import { createTurns } from './turns.js';
import { SharedBytes } from './upstream/shared-bytes.js';
import { packageVersion } from './version.js';
import { joinRealm } from './wamp/client/session.js';
import { IN_PROCESS, localPeers } from './wamp/peer.js';
import { createSerializers } from './wamp/serializers/serializers.js';

export type { Preview } from './gateway/preview.js';

/**
 * What a program may replace in a gateway. Every option has a default.
 *
 * @example
 * ```ts
 * import { createGateway, createLogger, loadConfig } from 'wamp-rpc-gateway';
 *
 * let calls = 0;
 * const config = loadConfig('bondy.conf', { env: process.env });
 * const gateway = createGateway(config, {
 *   log: createLogger(config.log.level, process.stderr),
 *   uuid: () => `call-${++calls}`,
 *   env: { BILLING_SECRET: 'for tests only' },
 * });
 * await gateway.start();
 * await gateway.stop();
 * ```
 */
export interface GatewayOptions {
  /** Gets the gateway's log. Default: no log. */
  readonly log?: Logger;
  /** Hears of calls, tokens, sessions and connections. Default: the silent observer. */
  readonly observer?: Observer;
  /** The time. Default: the system's clock. */
  readonly clock?: Clock;
  /**
   * Numbers in [0, 1), for jitter and the ids of errors. No secret depends on them. Default:
   * `Math.random`.
   */
  readonly random?: () => number;
  /** Makes idempotency keys. Default: `crypto.randomUUID`. */
  readonly uuid?: () => string;
  /** The environment from which the secrets provider `env` reads. Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * A WAMP router that carries the procedures of a configuration.
 *
 * @example
 * ```ts
 * import { createGateway, type Gateway, loadConfig } from 'wamp-rpc-gateway';
 *
 * function describe(gateway: Gateway): string {
 *   return `${gateway.procedureCount} procedures in ${gateway.realms.join(', ')}`;
 * }
 *
 * const gateway = createGateway(loadConfig('bondy.conf', { env: process.env }));
 * console.log(describe(gateway));
 * await gateway.start();
 * console.log(gateway.endpoints);
 * // Running calls get one second to end.
 * await gateway.stop(1_000);
 * console.log(`${gateway.callCount} calls`);
 * ```
 */
export interface Gateway {
  /**
   * Registers every procedure, then opens the listeners. If a step fails, everything is closed
   * again. A stopped gateway can be started again.
   *
   * @throws GatewayError `already_started`, `listen` or `listener_tls`
   */
  start(): Promise<void>;
  /**
   * Refuses new calls, waits for the running ones, sends GOODBYE to every session and closes
   * everything. May be called again while it runs, for example with a shorter grace period.
   *
   * @param graceMs milliseconds that running calls have to end, before they are cancelled. Default:
   *   10,000
   */
  stop(graceMs?: number): Promise<void>;
  /**
   * The URLs for clients, such as `ws://127.0.0.1:18080/ws` and `rs://127.0.0.1:18082`. Empty until
   * `start` resolves.
   */
  readonly endpoints: readonly string[];
  /** How many procedures the configuration defines. */
  readonly procedureCount: number;
  /** The realms that clients can join. */
  readonly realms: readonly string[];
  /** How many calls the procedures have received since the gateway was created. */
  readonly callCount: number;
}

const DEFAULT_GRACE_MS = 10_000;

/**
 * How long the start waits for secrets. If a provider takes longer, the listeners open without it,
 * and calls of its service fail with `secrets` until the secret is read.
 */
const SECRETS_WAIT_MS = 3_000;

/**
 * Creates a gateway. It opens nothing until `start`.
 *
 * @param config from `loadConfig` or `parseConfig`
 * @throws GatewayError `service_tls`
 *
 * @example
 * ```ts
 * import { createGateway, parseConfig } from 'wamp-rpc-gateway';
 *
 * const text = `
 * rpc_gateway.services.shop.base_url = https://shop.example.com/api
 * rpc_gateway.services.shop.procedures.get_item.uri = com.shop.get_item
 * rpc_gateway.services.shop.procedures.get_item.realm = com.example.myrealm
 * rpc_gateway.services.shop.procedures.get_item.path = /items/{{id}}
 * listeners.clients.port = 0
 * `;
 * const gateway = createGateway(parseConfig(text, { env: process.env }));
 * await gateway.start();
 * console.log(gateway.endpoints);
 * await gateway.stop();
 * ```
 */
// The composition root: it makes every part and passes it to the parts that need it.
export function createGateway(config: LoadedConfig, options: GatewayOptions = {}): Gateway {
  const { log = silentLogger, clock = systemClock, random = Math.random, uuid = randomUUID } = options;
  const { env = process.env, observer = silentObserver } = options;
  const agent = `wamp-rpc-gateway/${packageVersion()}`;
  const errorId = () =>
    Math.floor(random() * 36 ** 8)
      .toString(36)
      .padStart(8, '0');
  const callLog = createCallLog(config.log.calls, log, clock);
  const turns = createTurns(clock);
  const serializers = createSerializers({ maxValues: config.wamp.max_values });
  const waitingTotal = new SharedBytes(maxWaitingBytes(config));
  const deps: ServiceDeps = {
    clock,
    random,
    uuid,
    userAgent: agent,
    errorId,
    log,
    callLog,
    observer,
    turns,
    waitingTotal,
    env,
  };

  const compile = () => config.services.map((service) => createService(service, deps));
  // Compiled here and not at the start, so that checking a configuration finds its errors.
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
      // A second start needs new services: a closed one stays closed.
      services ??= compile();
      const secretsTried = Promise.all(services.map((service) => service.start()));
      router = createConfiguredRouter(config, { agent, turns, log, clock, observer });
      const procedures = services.flatMap((service) => service.procedures);
      const realms = new Set(procedures.map(({ config: { settings } }) => settings.realm));
      for (const realm of realms) callees.push(await joinAsCallee(router, realm, procedures));
      await withTimeout(clock, SECRETS_WAIT_MS, secretsTried, () => {});
      // Last, so that no client calls a procedure before it is registered.
      listeners = await openListeners(config, { attach: router.attach, turns, log, clock, observer });
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
    // Calls between clients too. Their callees do not know that the gateway stops, so they have a
    // limit of their own.
    const routed = withTimeout(clock, graceMs, router?.drain() ?? Promise.resolve(), () => {});
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

  /** Closes everything once, even if it is called several times at once. */
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
      // Otherwise parts that are still opening would not be closed.
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

/**
 * Bytes that waiting calls of all services may take together; more if a single service may take
 * more.
 */
const MAX_WAITING_BYTES = 256 * 1024 * 1024;

function maxWaitingBytes({ services }: LoadedConfig): number {
  return Math.max(MAX_WAITING_BYTES, ...services.map(({ settings }) => settings['pool.max_waiting_bytes']));
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

/**
 * Builds the HTTP request that a call would send, with secrets masked. It sends nothing.
 *
 * @param uri the procedure
 * @param realm needed only if several realms have a procedure with this URI. Default: the first of
 *   them
 * @param kwargs the keyword arguments of the call
 * @throws BadRequest when the procedure does not exist, or the kwargs cannot become its request
 *
 * @example
 * ```ts
 * import { loadConfig, previewRequest } from 'wamp-rpc-gateway';
 *
 * const config = loadConfig('bondy.conf', { env: process.env });
 * const kwargs = { id: 'INV-001' };
 * const { request } = previewRequest(config, 'com.billing.get_invoice', undefined, kwargs);
 * console.log(request.method, request.origin + request.path);
 * ```
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
