import { randomUUID } from 'node:crypto';
import { systemClock, withTimeout } from '../clock.js';
import type { LoadedConfig } from '../config/model.js';
import { GatewayError } from '../errors.js';
import { createCallLog } from '../gateway/pipeline/call-log.js';
import { createService, type Service, type ServiceDeps } from '../gateway/service.js';
import { createTrialCalls } from '../gateway/trials/trial-calls.js';
import { silentLogger } from '../log.js';
import { createMetrics } from '../metrics/metrics.js';
import type { Mode } from '../modes/mode.js';
import { createOperatorRealm } from '../modes/operator-realm.js';
import { type RouterAccess, readRouterAccess } from '../modes/router-access.js';
import { observeAll } from '../observe/observe-all.js';
import type { ActionOutcome, ServiceAction } from '../status/actions.js';
import type { GatewayState, GatewayStatus } from '../status/gateway-status.js';
import { createLiveCallFeed } from '../status/live-call-feed.js';
import { createServiceRecords } from '../status/service-records.js';
import { createStateChanges } from '../status/state-changes.js';
import { createTracing } from '../tracing/create-tracing.js';
import type { OtlpOptions } from '../tracing/otlp-provider.js';
import { createTurns } from '../turns.js';
import { SharedBytes } from '../upstream/shared-bytes.js';
import { userAgent } from '../version.js';
import type { AdminListeners } from './admin-listeners.js';
import { readCertificateExpiries } from './certificate-expiries.js';
import { createConsoleOperations } from './create-console-operations.js';
import { describeGateway, describeSources, describeState, type StatusParts } from './describe-gateway.js';
import type { Gateway, GatewayOptions } from './gateway-types.js';
import { measuredParts } from './measured-parts.js';
import { missingParts } from './missing-parts.js';
import { type RunningGateway, reloadGateway, tryReload } from './reload-gateway.js';
import { createReloader } from './reloader.js';

export type { Gateway, GatewayOptions, ReloadOptions } from './gateway-types.js';

const DEFAULT_GRACE_MS = 10_000;

/**
 * How long the start waits for secrets. If a provider takes longer, the listeners open before the
 * secret is read. Until then, calls of its service fail with `secrets`.
 */
const SECRETS_WAIT_MS = 3_000;

/**
 * Creates a gateway. It opens nothing until `start`.
 *
 * @param first from `loadConfig` or `parseConfig`
 * @throws GatewayError `service_tls`, `service_proxy`, `service_vault`, `router_tls`, `router_key` or `tracing_packages`
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
export function createGateway(first: LoadedConfig, options: GatewayOptions = {}): Gateway {
  const { log = silentLogger, clock = systemClock, random = Math.random, uuid = randomUUID } = options;
  const { env = process.env, adminRoutes: added = [] } = options;
  const addedPaths = [...new Set(added.map(({ path }) => path))];
  /** The configuration in use. A reload replaces it. */
  let config = first;
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
  const changes = createStateChanges();
  const liveCalls = createLiveCallFeed(clock);
  const trials = createTrialCalls({ clock, isDraining: () => isStopping });
  const observer = observeAll([
    ...(options.observer ? [options.observer] : []),
    records.observer,
    ...(hasAdmin ? [changes.observer] : []),
    ...(metrics ? [metrics.observer] : []),
    ...(operators ? [operators.observer] : []),
  ]);
  const agent = userAgent();
  const errorId = () =>
    Math.floor(random() * 36 ** 8)
      .toString(36)
      .padStart(8, '0');
  const callLog = createCallLog(config.log.calls, log, clock);
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
    watch: liveCalls.watch,
    tracing,
    turns,
    waitingTotal,
    env,
  };

  const compile = () => config.services.map((service) => createService(service, deps));
  const readAccess = () => (config.router.url === undefined ? undefined : readRouterAccess(config.router));
  // Compiles the services here and not at the start, so that checking a configuration finds their
  // errors.
  let services: readonly Service[] | undefined = compile();
  let access: RouterAccess | undefined = readAccess();
  let certificates = readCertificateExpiries(config);
  const consoleOperations = createConsoleOperations({
    services: () => services ?? [],
    records,
    statusEvent: () => describeState(statusParts()),
    changes,
    liveCalls,
    config: () => config,
    trials,
    userAgent: agent,
    uuid,
    mode: () => mode,
  });
  let loadedAt = new Date(clock.wall()).toISOString();
  let startedAt = clock.wall();
  let state: GatewayState = 'stopped';
  let mode: Mode | undefined;
  let admin: AdminListeners | undefined;
  /** Calls of earlier modes. Each start creates a mode, and each stop drops it. */
  let callsBefore = 0;
  let starting: Promise<void> | undefined;
  let isStarted = false;
  let isStopping = false;
  let closing: Promise<void> | undefined;
  /** Services that a reload has replaced, and whose calls have not all ended. */
  const retiring = new Set<Service>();
  const reloader = createReloader({
    state: () => state,
    readConfig: options.readConfig,
    tryOut: (next) => tryReload(next, running(), { createService: compileOne }),
    notices: first.notices,
    run: (next, signal) => reloadGateway(next, running(), { ...reloadDeps, signal }),
    log,
    clock,
    observer,
  });
  const compileOne = (of: LoadedConfig['services'][number], former: Service | undefined): Service =>
    createService(of, deps, former);
  const reloadDeps = {
    createService: compileOne,
    secretsWaitMs: SECRETS_WAIT_MS,
    use,
    onRetired,
    clock,
    log,
  };

  /** Only called while the gateway is ready. */
  function running(): RunningGateway {
    return { config, services: services ?? [], mode: mode as Mode, admin };
  }

  /** Uses the parts of a new configuration that cannot fail. */
  function use(next: LoadedConfig, nextServices: readonly Service[]): void {
    [config, services] = [next, nextServices];
    certificates = readCertificateExpiries(next);
    loadedAt = new Date(clock.wall()).toISOString();
    // The next start reads the files again.
    access = undefined;
    callLog.setMode(next.log.calls);
    log.setLevel?.(next.log.level);
    waitingTotal.maxBytes = maxWaitingBytes(next);
    metrics?.setParts(measuredParts(next));
  }

  function onRetired(former: readonly Service[], closed: Promise<void>): void {
    for (const service of former) retiring.add(service);
    void closed.then(() => {
      for (const service of former) retiring.delete(service);
      // Their last calls have been counted. Those of other services may still run.
      records.keepOnly([...(services ?? []), ...retiring].map(({ name }) => name));
    });
  }

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
      if (!isStopping) enter('ready');
      // Comes last, because it takes time that callers would wait for. If it fails, the first scrape
      // fails too, and tells why.
      metrics?.prepare().catch(() => {});
    } catch (error) {
      // While the gateway stops, running calls may still end. `stop` closes everything after them.
      if (!isStopping) await closeEverything();
      throw error;
    }
  }

  /** Loads the code only if there is a listener for operators. */
  async function createAdmin(): Promise<AdminListeners | undefined> {
    if (metrics === undefined) return undefined;
    const { createAdminListeners } = await import('./admin-listeners.js');
    const operations = {
      readiness: () => ({
        ready: state === 'ready',
        missing: missingParts(state, services ?? [], mode?.links ?? []),
      }),
      status,
      metrics: metrics.text,
      act,
      reload: ({ dryRun }: { readonly dryRun: boolean }) => reloader.reload(undefined, { dryRun }),
      ...consoleOperations,
    };
    return await createAdminListeners(config, { operations, added, turns, log, clock, observer });
  }

  /** Loads only the code of this mode: an attached gateway needs no router. */
  async function createMode(): Promise<Mode> {
    const modeDeps = {
      agent,
      turns,
      log,
      clock,
      observer,
      operators,
      answerRequest: admin?.handle,
    };
    if (config.router.url === undefined) {
      const { createEmbeddedMode } = await import('../modes/embedded-mode.js');
      return createEmbeddedMode(config, modeDeps);
    }
    const { createAttachedMode } = await import('../modes/attached-mode.js');
    access ??= readAccess();
    return createAttachedMode(config, access as RouterAccess, { ...modeDeps, random, errorId });
  }

  function status(): GatewayStatus {
    return describeGateway(statusParts());
  }

  function statusParts(): StatusParts {
    return {
      config,
      configuration: { ...describeSources(config), loaded_at: loadedAt, last_reload: reloader.last },
      state,
      missing: missingParts(state, services ?? [], mode?.links ?? []),
      startedAt,
      services: services ?? [],
      retiring,
      records,
      certificates,
      mode,
      adminListeners: admin?.listeners ?? [],
      addedPaths,
      clock,
    };
  }

  function enter(next: GatewayState): void {
    state = next;
    changes.note();
  }

  async function act(name: string, action: ServiceAction): Promise<ActionOutcome> {
    const service = services?.find((each) => each.name === name);
    if (service === undefined) return { kind: 'unknown', reason: `there is no service ${name}` };
    const outcome = await service.act(action);
    changes.note();
    return outcome;
  }

  async function closeParts(): Promise<void> {
    await mode?.close();
    await Promise.all([...(services ?? []), ...retiring].map((service) => service.close()));
    retiring.clear();
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
      if (isStarted) enter('draining');
      mode?.cancelOpen();
      await reloader.cancel();
      // Waits for a running start. Otherwise parts that are still opening would not be closed.
      await starting?.catch(() => undefined);
      await Promise.all([mode?.drain(graceMs), trials.drain(graceMs)]);
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
    reload: reloader.reload,
    get procedureCount() {
      return config.services.reduce((count, service) => count + service.procedures.length, 0);
    },
    get realms() {
      return config.realms;
    },
    get callCount() {
      return callsBefore + trials.callCount + (mode?.callCount ?? 0);
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
