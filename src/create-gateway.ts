import { randomUUID } from 'node:crypto';
import type { TracerProvider } from '@opentelemetry/api';
import type { AdminSide } from './admin-side.js';
import type { LinkStatus } from './attach/status.js';
import { readCertificateExpiries } from './certificates.js';
import { type Clock, systemClock, withTimeout } from './clock.js';
import type { LoadedConfig } from './config/model.js';
import { createConsoleOperations } from './console-side.js';
import { GatewayError } from './errors.js';
import { createCallLog } from './gateway/pipeline/call-log.js';
import { createService, type Service, type ServiceDeps } from './gateway/service.js';
import { describeGateway, describeSources } from './gateway-status.js';
import { type Logger, silentLogger } from './log.js';
import { measuredParts } from './measured-parts.js';
import { createMetrics } from './metrics/metrics.js';
import { missingParts } from './missing-parts.js';
import type { Mode } from './mode.js';
import { observeAll } from './observe/observe-all.js';
import type { Observer } from './observe/observer.js';
import { createOperatorRealm } from './operator-realm.js';
import { readRouterAccess } from './router-access.js';
import type { ActionOutcome, ServiceAction } from './status/actions.js';
import type { GatewayState, GatewayStatus } from './status/gateway-status.js';
import { createServiceRecords } from './status/service-records.js';
import type { ServiceDetail } from './status/service-status.js';
import { createTracing } from './tracing/create-tracing.js';
import type { OtlpOptions } from './tracing/otlp-provider.js';
import { createTurns } from './turns.js';
import { SharedBytes } from './upstream/shared-bytes.js';
import { packageVersion } from './version.js';
import { createSerializers } from './wamp/serializers/serializers.js';

/**
 * The parts of a gateway that a program may replace. Every option has a default.
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
  /** Gets facts about calls, tokens, sessions and connections. Default: the silent observer. */
  readonly observer?: Observer;
  /**
   * Records the spans of calls. Default: the collector of `tracing.otlp.endpoint`. Without that, the
   * provider that the program has registered with `@opentelemetry/api` before `start`, if any.
   */
  readonly tracerProvider?: TracerProvider;
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
 * The procedures of a configuration, with the WAMP router that carries them.
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
   * Opens the listeners for operators, registers every procedure, then opens the listeners for
   * clients. With `router.url`, it joins the existing
   * router instead, and resolves when every procedure is registered there, however long that takes.
   * If a step fails, everything is closed again. A stopped gateway can be started again.
   *
   * @throws GatewayError `already_started`, `listen`, `listener_tls` or `stopped`
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
  /** The URLs for operators, such as `http://127.0.0.1:18081`. Empty before the start. */
  readonly adminEndpoints: readonly string[];
  /** With `router.url`: the distinct URLs of routers that the gateway is attached to. */
  readonly routers: readonly string[];
  /** With `router.url`: the link of each realm to its router, with the state of every procedure. */
  readonly links: readonly LinkStatus[];
  /**
   * Describes the gateway, its services and its sessions. It holds no secret.
   *
   * @returns a new object for each call
   */
  status(): GatewayStatus;
  /**
   * Describes one service in more detail: its procedures, its last failed calls, and its recent
   * traffic. Undefined if there is no such service.
   */
  serviceDetail(service: string): ServiceDetail | undefined;
  /**
   * Does something with one service: disables or enables it, probes its API, or reads its token or
   * its secret again. A disabled service refuses its calls with `down`. A restart enables it.
   *
   * @returns how it ended. It never rejects.
   */
  act(service: string, action: ServiceAction): Promise<ActionOutcome>;
  /** How many procedures the configuration defines. */
  readonly procedureCount: number;
  /** The realms that clients can join. */
  readonly realms: readonly string[];
  /** How many calls the procedures have received since the gateway was created. */
  readonly callCount: number;
}

const DEFAULT_GRACE_MS = 10_000;

/**
 * How long the start waits for secrets. If a provider takes longer, the listeners open before the
 * secret is read. Until then, calls of its service fail with `secrets`.
 */
const SECRETS_WAIT_MS = 3_000;

/**
 * Creates a gateway. It opens nothing until `start`.
 *
 * @param config from `loadConfig` or `parseConfig`
 * @throws GatewayError `service_tls`, `router_tls`, `router_key` or `tracing_packages`
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
  const { env = process.env } = options;
  const records = createServiceRecords(clock);
  const operators = createOperatorRealm({
    realm: config.admin.realm,
    status,
    publish: (topic, payload) => mode?.publishToOperators(topic, payload),
    clock,
  });
  const turns = createTurns(clock);
  const hasAdmin = config.listeners.some(({ isAdmin }) => isAdmin);
  const metrics = hasAdmin ? createMetrics({ parts: measuredParts(config), status, turns }) : undefined;
  const observer = observeAll([
    ...(options.observer ? [options.observer] : []),
    records.observer,
    ...(metrics ? [metrics.observer] : []),
    ...(operators ? [operators.observer] : []),
  ]);
  const agent = `wamp-rpc-gateway/${packageVersion()}`;
  const errorId = () =>
    Math.floor(random() * 36 ** 8)
      .toString(36)
      .padStart(8, '0');
  const callLog = createCallLog(config.log.calls, log, clock);
  const serializers = createSerializers({ maxValues: config.wamp.max_values });
  const waitingTotal = new SharedBytes(maxWaitingBytes(config));
  const provider = options.tracerProvider;
  const tracing = createTracing({ provider, otlp: otlpOptions(config), clock, random, log });
  const deps: ServiceDeps = {
    clock,
    random,
    uuid,
    userAgent: agent,
    errorId,
    log,
    callLog,
    observer,
    tracing,
    turns,
    waitingTotal,
    env,
  };

  const compile = () => config.services.map((service) => createService(service, deps));
  // Compiles the services here and not at the start, so that checking a configuration finds their
  // errors.
  let services: readonly Service[] | undefined = compile();
  const access = config.router.url === undefined ? undefined : readRouterAccess(config.router);
  const certificates = readCertificateExpiries(config);
  const consoleOperations = createConsoleOperations({ services: () => services ?? [], records });
  const loadedAt = new Date(clock.wall()).toISOString();
  let startedAt = clock.wall();
  let state: GatewayState = 'stopped';
  let mode: Mode | undefined;
  let admin: AdminSide | undefined;
  /** Calls of earlier modes. Each start creates a mode, and each stop drops it. */
  let callsBefore = 0;
  let starting: Promise<void> | undefined;
  let isStarted = false;
  let isStopping = false;
  let closing: Promise<void> | undefined;

  async function open(): Promise<void> {
    try {
      // Opens first, so that operators and probes see a gateway that starts.
      admin = await createAdmin();
      await admin?.open();
      // A second start needs new services, because a closed service stays closed.
      services ??= compile();
      await tracing.open();
      const secretsTried = Promise.all(services.map((service) => service.start()));
      mode = await createMode();
      if (isStopping) mode.cancelOpen();
      await mode.open(
        services.flatMap((service) => service.procedures),
        withTimeout(clock, SECRETS_WAIT_MS, secretsTried, () => {}),
      );
      if (!isStopping) state = 'ready';
    } catch (error) {
      // While the gateway stops, running calls may still end. `stop` closes everything after them.
      if (!isStopping) await closeEverything();
      throw error;
    }
  }

  /** Loads the code only if there is a listener for operators. */
  async function createAdmin(): Promise<AdminSide | undefined> {
    if (metrics === undefined) return undefined;
    const [{ createAdminSide }] = await Promise.all([import('./admin-side.js'), metrics.prepare()]);
    const operations = {
      readiness: () => ({
        ready: state === 'ready',
        missing: missingParts(state, services ?? [], mode?.links ?? []),
      }),
      status,
      metrics: metrics.text,
      act,
      reload: async () => ({ kind: 'impossible', reason: 'this version cannot reload' }) as const,
      ...consoleOperations,
    };
    return await createAdminSide(config, { operations, turns, log, clock, observer });
  }

  /** Loads only the code of this mode: an attached gateway needs no router. */
  async function createMode(): Promise<Mode> {
    const modeDeps = {
      agent,
      serializers,
      turns,
      log,
      clock,
      observer,
      operators,
      answerRequest: admin?.handle,
    };
    if (access === undefined) {
      const { createEmbeddedMode } = await import('./embedded-mode.js');
      return createEmbeddedMode(config, modeDeps);
    }
    const { createAttachedMode } = await import('./attached-mode.js');
    return createAttachedMode(config, access, { ...modeDeps, random, errorId });
  }

  function status(): GatewayStatus {
    return describeGateway({
      config,
      configuration: { ...describeSources(config), loaded_at: loadedAt, last_reload: null },
      state,
      missing: missingParts(state, services ?? [], mode?.links ?? []),
      startedAt,
      services: services ?? [],
      records,
      certificates,
      mode,
      adminListeners: admin?.listeners ?? [],
      clock,
    });
  }

  async function act(name: string, action: ServiceAction): Promise<ActionOutcome> {
    const service = services?.find((each) => each.name === name);
    if (service === undefined) return { kind: 'unknown', reason: `there is no service ${name}` };
    return await service.act(action);
  }

  async function closeParts(): Promise<void> {
    await mode?.close();
    await Promise.all((services ?? []).map((service) => service.close()));
    await tracing.close();
    callLog.flush();
    callsBefore += mode?.callCount ?? 0;
    // Closes last, so that operators see a gateway that stops.
    await admin?.close();
    [services, mode, admin, isStarted, state] = [undefined, undefined, undefined, false, 'stopped'];
  }

  /** Closes everything once, even if it is called several times. */
  function closeEverything(): Promise<void> {
    closing ??= closeParts().finally(() => {
      closing = undefined;
    });
    return closing;
  }

  return {
    start() {
      if (isStarted)
        return Promise.reject(new GatewayError('already_started', 'the gateway is started already'));
      [isStarted, state, startedAt] = [true, 'starting', clock.wall()];
      starting = open();
      return starting;
    },
    async stop(graceMs = DEFAULT_GRACE_MS) {
      isStopping = true;
      if (isStarted) state = 'draining';
      mode?.cancelOpen();
      // Waits for a running start. Otherwise parts that are still opening would not be closed.
      await starting?.catch(() => undefined);
      await mode?.drain(graceMs);
      await closeEverything();
      isStopping = false;
    },
    get endpoints() {
      return mode?.endpoints ?? [];
    },
    get adminEndpoints() {
      return (admin?.listeners ?? []).flatMap(({ urls }) => urls);
    },
    get routers() {
      return mode?.routers ?? [];
    },
    get links() {
      return mode?.links ?? [];
    },
    status,
    serviceDetail: consoleOperations.serviceDetail,
    act,
    procedureCount: config.services.reduce((count, service) => count + service.procedures.length, 0),
    realms: config.realms,
    get callCount() {
      return callsBefore + (mode?.callCount ?? 0);
    },
  };
}

function otlpOptions({ tracing }: LoadedConfig): OtlpOptions | undefined {
  const { 'otlp.endpoint': endpoint, service_name: serviceName, sample_ratio: sampleRatio } = tracing;
  return endpoint === undefined ? undefined : { endpoint, serviceName, sampleRatio };
}

/**
 * Bytes that waiting calls of all services may take together. The limit is higher if a single
 * service may take more.
 */
const MAX_WAITING_BYTES = 256 * 1024 * 1024;

function maxWaitingBytes({ services }: LoadedConfig): number {
  return Math.max(MAX_WAITING_BYTES, ...services.map(({ settings }) => settings['pool.max_waiting_bytes']));
}
