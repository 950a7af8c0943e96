import { needsMeta } from '../auth/caller-values.js';
import { createRequestCredential } from '../auth/create-request-credential.js';
import { describeCredential } from '../auth/credential.js';
import type { Clock } from '../clock.js';
import type { ProcedureConfig, ServiceConfig, ServiceSettings } from '../config/model.js';
import { GatewayError } from '../errors.js';
import type { Logger } from '../log.js';
import type { CallWatch } from '../observe/call-watch.js';
import { observeAll } from '../observe/observe-all.js';
import { type ObservedProcedure, type Observer, silentObserver } from '../observe/observer.js';
import type { Tracing } from '../observe/tracing.js';
import { createVariables } from '../secrets/variables.js';
import { readVaultOptions } from '../secrets/vault/vault-options.js';
import type { Turns } from '../turns.js';
import { createGzipBody } from '../upstream/gzip-body.js';
import { createRequestLimits } from '../upstream/limits/request-limits.js';
import type { ProbeTarget } from '../upstream/probe.js';
import { createRoutes } from '../upstream/proxy/routes.js';
import { createServiceBreaker } from '../upstream/service-breaker.js';
import { createServiceLiveness, endOutage } from '../upstream/service-liveness.js';
import { createServiceUpstream } from '../upstream/service-upstream.js';
import type { SharedBytes } from '../upstream/shared-bytes.js';
import { readTokenTls, readUpstreamTls, readVaultTls, type UpstreamTls } from '../upstream/tls.js';
import type { Upstream } from '../upstream/upstream.js';
import { createWaitingMemory } from '../upstream/waiting-memory.js';
import { assemblePipeline, type Pipeline } from './pipeline/assemble.js';
import { createServiceCache } from './pipeline/cache/service-cache.js';
import type { CallLog } from './pipeline/call-log.js';
import { needsCaller } from './pipeline/needs-caller.js';
import { createSchemaValidators } from './pipeline/operation/schema-validators.js';
import { type BaseUrl, renderBaseUrl } from './pipeline/request/base-url.js';
import { createRunningCalls } from './pipeline/running-calls.js';
import { fillServiceVars, usesServiceVars } from './pipeline/service-vars.js';
import { createServiceActions, type ServiceActions } from './service-actions.js';
import { createCondition } from './service-condition.js';
import { addPools, describeService, type PoolUse, type ServiceFacts } from './service-facts.js';
import { type Handover, hasSameSecret } from './service-handover.js';
import { serviceRoutes } from './service-routes.js';

/** What a service depends on. */
export interface ServiceDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly uuid: () => string;
  readonly userAgent: string;
  readonly errorId: () => string;
  readonly log: Logger;
  readonly callLog: CallLog;
  readonly observer: Observer;
  /** Default: nobody looks at single calls. */
  readonly watch?: CallWatch | undefined;
  /** Default: calls have no traces. */
  readonly tracing?: Tracing;
  readonly turns: Turns;
  /** The total memory of waiting calls in all services. */
  readonly waitingTotal: SharedBytes;
  /** The environment variables: for proxies, and for the providers of secrets `env` and `vault`. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A procedure that can be registered and called. */
export interface CallableProcedure {
  readonly config: ProcedureConfig;
  readonly pipeline: Pipeline;
  /** Milliseconds for all attempts of one call. A caller may ask for less. */
  readonly deadlineMs: number;
  /** Whether its calls need to know who calls. */
  readonly usesCaller: boolean;
  /** Whether its calls need the `meta` of the caller. */
  readonly usesCallerMeta: boolean;
}

/** A running service: its connections and its compiled procedures. */
export interface Service {
  readonly name: string;
  readonly procedures: readonly CallableProcedure[];
  /** What the service knows of itself, for its status. */
  facts(): ServiceFacts;
  /** Its connections, including those to former addresses. */
  pool(): PoolUse;
  /** What an operator can do with it. */
  readonly act: ServiceActions;
  /** Starts to read the service's secrets. Resolves after the first attempt, even if it fails. */
  start(): Promise<void>;
  /** The values of its secret, if a service with this configuration reads the same secret. */
  secretFor(config: ServiceConfig): ReadonlyMap<string, string> | undefined;
  /** What it leaves to its successor. To be called once, before {@link retire}. */
  handOver(): Handover;
  /**
   * Takes over from the service that it replaces: whether an operator has disabled it, what its
   * probes found, its open circuit breaker if `base_url` is the same, and its token if the token
   * request is the same. To be called when its procedures replace those of the other one.
   */
  takeOver(former: Handover): void;
  /**
   * Ends the service without ending its calls. Resolves when the last one has ended and everything
   * is closed.
   */
  retire(): Promise<void>;
  /** Closes the connections. Running calls fail. */
  close(): Promise<void>;
}

/** The procedures compiled for one value of base_url, which may come from a secret. */
interface Compiled {
  readonly base: BaseUrl | undefined;
  readonly upstream: Upstream | undefined;
  readonly pipelines: readonly Pipeline[];
}

/**
 * Compiles a service. Opens no connection before the service is started or called.
 *
 * @param former the service that it will replace. Its secret is used until it is read again
 * @throws GatewayError `service_tls` if the service's TLS files cannot be used, `service_proxy` if the
 *   environment names a proxy for it by an unusable URL, `service_vault` if the address of Vault or a login is missing
 */
export function createService(
  config: ServiceConfig,
  deps: ServiceDeps,
  former?: Pick<Service, 'secretFor'>,
): Service {
  const { settings } = config;
  const { clock, log, observer } = deps;
  const tls = readTls(config, readUpstreamTls);
  refuseUnusableProxy(config, deps.env);
  const routes = createRoutes(settings.proxy, deps.env);
  const waiting = createWaitingMemory(settings['pool.max_waiting_bytes'], deps.waitingTotal);
  const isVault = settings['auth.secrets.provider'] === 'vault';
  if (isVault) refuseIncompleteVault(config, deps.env);
  const variables = createVariables(config, {
    ...deps,
    vault: isVault ? { tls: readTls(config, readVaultTls), routes } : undefined,
    initialSecret: former?.secretFor(config),
  });
  const credential = describeCredential(settings);
  // The token endpoint has its own TLS settings, because the two servers may have different owners.
  const tokenTls = credential.kind === 'token' ? readTls(config, readTokenTls) : tls;
  const requestCredential = createRequestCredential(config, credential, variables, {
    ...deps,
    tls: tokenTls,
    routes,
    waiting,
  });
  const procedures = config.procedures.map(
    ({ settings: { uri, realm } }): ObservedProcedure => ({ service: config.name, procedure: uri, realm }),
  );
  const changes = observeAll([observer, { ...silentObserver, ...noteChanges() }]);
  const breaker = createServiceBreaker(settings, { clock, log, observer: changes, service: config.name });
  const liveness = createServiceLiveness(settings, {
    ...deps,
    observer: changes,
    tls,
    routes,
    service: config.name,
    target: () => compiled.base && probeTarget(compiled.base, settings['liveness.path']),
  });
  const gzip = createGzipBody();
  const limits = createRequestLimits(settings, { clock, waiting, observer, service: config.name });
  const cache = createServiceCache(config, { ...deps, waiting });
  const running = createRunningCalls();
  let isHandedOver = false;
  const usesCallerMeta = needsMeta(settings);
  const usesVars = config.procedures.some(usesServiceVars);
  const validators = config.document && createSchemaValidators(config.document.defs);
  let compiled = compile(currentBase());
  const retired = new Map<Upstream, () => void>();
  const condition = createCondition(clock, () => ({
    isDisabled: liveness.isDisabled,
    waitsFor: waitsFor(),
    isDown: liveness.isDown,
    isBreakerOpen: breaker?.state === 'open',
  }));
  const act = createServiceActions({ liveness, requestCredential, variables, log, service: config.name });

  /** Reads the condition after each change, so that the status tells since when it lasts. */
  function noteChanges(): Pick<Observer, 'breakerChanged' | 'serviceDown' | 'serviceUp'> {
    const note = () => void condition.read();
    return { breakerChanged: note, serviceDown: note, serviceUp: note };
  }

  function waitsFor(): string | undefined {
    if (variables.current() === undefined) return 'its secret has not been read yet';
    return compiled.base === undefined
      ? 'base_url is not a usable URL with the values of its variables'
      : undefined;
  }

  function currentBase(): BaseUrl | undefined {
    const vars = variables.current();
    return vars && renderBaseUrl(settings, vars);
  }

  /** @param former the current upstream. It is kept if base_url is the same. */
  function compile(base: BaseUrl | undefined, former?: Upstream): Compiled {
    const upstream =
      base &&
      (former ??
        createServiceUpstream(base.origin, settings, {
          ...deps,
          tls,
          routes,
          waiting,
          limits,
          service: config.name,
        }));
    const values = variables.current();
    const parts = {
      ...deps,
      base,
      upstream,
      health: liveness,
      breaker,
      cache,
      requestCredential,
      credential,
      variables,
      waiting,
      gzip,
      running,
      validators,
    };
    const made: Compiled = {
      base,
      upstream,
      pipelines: config.procedures.map((procedure, index) => {
        const successor = () => (compiled === made ? undefined : compiled.pipelines[index]);
        const { procedure: filled, problem } = fillServiceVars(procedure, (name) => values?.get(name));
        const observed = procedures[index] as ObservedProcedure;
        return assemblePipeline(config, filled, { ...parts, successor, problem, observed });
      }),
    };
    return made;
  }

  variables.onChange(() => {
    const base = currentBase();
    if (base === undefined) {
      const cause = 'base_url is not a usable URL with the values of its variables';
      log.warn({ service: config.name, cause }, 'the service has no usable address; calls are refused');
    }
    const { upstream } = compiled;
    if (!isSame(base, compiled.base)) {
      compiled = compile(base);
      // The calls to the old address say nothing about the new one.
      breaker?.reset();
      liveness.moved();
      retire(upstream);
    } else if (usesVars) compiled = compile(base, upstream);
    condition.read();
  });

  /** Closes an old upstream after the deadline. Then only streams still use it, until they end. */
  function retire(upstream: Upstream | undefined): void {
    if (upstream === undefined) return;
    const stopTimer = clock.after(settings.deadline, () => {
      if (upstream.pool.busy > 0) {
        upstream.retire();
        retire(upstream);
        return;
      }
      retired.delete(upstream);
      void upstream.close();
    });
    retired.set(upstream, stopTimer);
  }

  return {
    name: config.name,
    procedures: config.procedures.map((procedure, index) => ({
      config: procedure,
      pipeline(call) {
        running.began();
        observer.callBegan(procedures[index] as ObservedProcedure);
        return (compiled.pipelines[index] as Pipeline)(call);
      },
      deadlineMs: settings.deadline,
      usesCaller: needsCaller(settings, procedure.settings),
      usesCallerMeta,
    })),
    facts: () =>
      describeService({
        config,
        condition: condition.read(),
        isDown: liveness.isDown,
        pool: pool(),
        breaker,
        cache,
        requestCredential,
        variables,
        clock,
      }),
    pool,
    async act(action) {
      const outcome = await act(action);
      condition.read();
      return outcome;
    },
    start() {
      condition.read();
      liveness.start();
      return variables.start();
    },
    secretFor: (other) => (hasSameSecret(config, other) ? variables.secret?.values : undefined),
    handOver() {
      isHandedOver = true;
      return {
        condition: condition.read(),
        token: requestCredential.token?.handOver(),
        liveness: liveness.state,
        breaker,
        base: compiled.base,
      };
    },
    takeOver(before) {
      const isSameBase = isSame(before.base, compiled.base);
      if (before.token !== undefined) requestCredential.token?.takeOver(before.token);
      liveness.takeOver(before.liveness, isSameBase);
      const outage = breaker && isSameBase ? before.breaker?.handOver() : undefined;
      if (outage !== undefined) breaker?.takeOver(outage);
      condition.takeOver(before.condition);
    },
    async retire() {
      const { hasAlarm } = liveness.state;
      liveness.close();
      if (hasAlarm && !isHandedOver) endOutage({ observer, service: config.name });
      breaker?.reset();
      for (const upstream of upstreams()) upstream.retire();
      await running.idle();
      variables.close();
      for (const stopTimer of retired.values()) stopTimer();
      // A secret that changed in the meantime may have moved the service.
      for (const upstream of upstreams()) upstream.retire();
      await requestCredential.close();
    },
    async close() {
      variables.close();
      liveness.close();
      for (const stopTimer of retired.values()) stopTimer();
      await Promise.all([requestCredential.close(), ...upstreams().map((upstream) => upstream.close())]);
    },
  };

  function pool(): PoolUse {
    return { ...addPools(upstreams().map((upstream) => upstream.pool)), streams: running.streams };
  }

  function upstreams(): readonly Upstream[] {
    return [...retired.keys(), ...(compiled.upstream ? [compiled.upstream] : [])];
  }
}

/**
 * The default path probes base_url itself, without a slash at its end. Any other path is appended to
 * it. The query of base_url stays.
 */
function probeTarget({ origin, path, query }: BaseUrl, ownPath: string): ProbeTarget {
  const whole = ownPath === '/' ? path : `${path.replace(/\/$/, '')}${ownPath}`;
  return { origin, path: query === '' ? whole : `${whole}?${query}` };
}

function isSame(one: BaseUrl | undefined, other: BaseUrl | undefined): boolean {
  return one?.origin === other?.origin && one?.path === other?.path && one?.query === other?.query;
}

/** A variable may be unusable, as long as no server of the service needs it. */
function refuseUnusableProxy(config: ServiceConfig, env: ServiceDeps['env']): void {
  for (const { route } of serviceRoutes(config, env)) {
    if (route?.kind !== 'unusable') continue;
    const { from, problem } = route;
    const message = `rpc_gateway.services.${config.name}: the environment variable ${from} is not usable: ${problem}`;
    throw new GatewayError('service_proxy', message);
  }
}

/** Vault needs an address and a login, which may be in the environment. */
function refuseIncompleteVault({ name, settings }: ServiceConfig, env: ServiceDeps['env']): void {
  const options = readVaultOptions(settings, env);
  if (options.kind === 'vault') return;
  throw new GatewayError('service_vault', `rpc_gateway.services.${name}: ${options.problem}`);
}

function readTls(
  { name, settings }: ServiceConfig,
  read: (settings: ServiceSettings) => UpstreamTls,
): UpstreamTls {
  try {
    return read(settings);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'its TLS files cannot be used';
    throw new GatewayError('service_tls', `rpc_gateway.services.${name}: ${reason}`, { cause: error });
  }
}
