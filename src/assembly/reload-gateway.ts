import { type Clock, whenAborted, withTimeout } from '../clock.js';
import { changedKeys } from '../config/changed-keys.js';
import type { LoadedConfig } from '../config/model.js';
import { formatProblem, GatewayError } from '../errors.js';
import type { Service } from '../gateway/service.js';
import { errorLocation, type Logger } from '../log.js';
import { tlsOf } from '../modes/listener-tls.js';
import type { CannotReload, CommittedReload, Mode } from '../modes/mode.js';
import { readRouterAccess } from '../modes/router-access.js';
import { planReload, type ReloadPlan } from '../reload/plan.js';
import type { ReloadOutcome } from '../status/actions.js';
import { createDoorExchange } from '../transport/door-exchange.js';
import { readCredentials } from '../transport/tcp-server.js';
import type { AdminListeners } from './admin-listeners.js';

/** The gateway that is reloaded. */
export interface RunningGateway {
  readonly config: LoadedConfig;
  readonly services: readonly Service[];
  readonly mode: Mode;
  readonly admin: AdminListeners | undefined;
}

export interface ReloadDeps {
  /** @throws GatewayError `service_tls`, `service_proxy` or `service_vault` */
  readonly createService: (config: LoadedConfig['services'][number], former: Service | undefined) => Service;
  /** How long new services may read their secrets before they are used. */
  readonly secretsWaitMs: number;
  /**
   * Uses the new configuration for everything else. Called between two calls, and must not fail.
   *
   * @param services in the order of the configuration
   */
  readonly use: (config: LoadedConfig, services: readonly Service[]) => void;
  /** Called when services were replaced or removed, and closes when their last calls have ended. */
  readonly onRetired: (services: readonly Service[], closed: Promise<void>) => void;
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborted when the gateway stops. */
  readonly signal: AbortSignal;
}

/**
 * Reloads a gateway. First it prepares everything that may fail, then it uses all of it at once. So
 * after a failure everything is as before.
 */
export async function reloadGateway(
  next: LoadedConfig,
  running: RunningGateway,
  deps: ReloadDeps,
): Promise<ReloadOutcome> {
  const plan = planReload(running.config, next, running.admin !== undefined);
  if (plan.needsRestart !== undefined) return failed(plan.needsRestart);
  const undo: (() => unknown)[] = [];
  try {
    const services = compileServices(next, plan, running, deps);
    undo.push(() => Promise.all(services.fresh.map((service) => service.close())));
    const started = Promise.all(services.fresh.map((service) => service.start()));
    await Promise.race([
      withTimeout(deps.clock, deps.secretsWaitMs, started, () => {}),
      whenAborted(deps.signal),
    ]);
    const prepared = await prepareParts(next, plan, services.all, running, deps, undo);
    if (prepared.kind === 'cannot') return await abandon(prepared.reason);
    if (deps.signal.aborted) return await abandon('the gateway is stopping');
    const { settled, ended } = commit(prepared, next, services, deps);
    retire(services.former, ended, deps);
    await settled;
    return done(plan, next);
  } catch (error) {
    if (error instanceof GatewayError) return await abandon(error.message);
    await abandon('');
    throw error;
  }

  async function abandon(reason: string): Promise<ReloadOutcome> {
    for (const step of undo.reverse()) {
      try {
        await step();
      } catch (error) {
        const cause = error instanceof GatewayError ? error.message : errorLocation(error);
        deps.log.error({ cause }, 'a failed reload could not be undone completely; restart the gateway');
      }
    }
    return failed(reason);
  }
}

/**
 * Says what a reload would change, and finds errors that need no open port and no router.
 */
export function tryReload(
  next: LoadedConfig,
  running: RunningGateway,
  deps: Pick<ReloadDeps, 'createService'>,
): ReloadOutcome {
  const plan = planReload(running.config, next, running.admin !== undefined);
  if (plan.needsRestart !== undefined) return failed(plan.needsRestart);
  try {
    for (const service of compileServices(next, plan, running, deps).fresh) void service.close();
    for (const tls of next.listeners.map(tlsOf)) if (tls !== undefined) readCredentials(tls);
    if (plan.mustRejoin) readRouterAccess(next.router);
    return { ...done(plan, next), keys: changedKeys(running.config, next) };
  } catch (error) {
    if (error instanceof GatewayError) return failed(error.message);
    throw error;
  }
}

interface CompiledServices {
  readonly all: readonly Service[];
  /** Those of `all` that are new. */
  readonly fresh: readonly Service[];
  /** Those that end. */
  readonly former: readonly Service[];
}

/** @throws GatewayError `service_tls`, `service_proxy` or `service_vault` */
function compileServices(
  next: LoadedConfig,
  plan: ReloadPlan,
  { services }: RunningGateway,
  { createService }: Pick<ReloadDeps, 'createService'>,
): CompiledServices {
  const before = new Map(services.map((service) => [service.name, service]));
  const fresh: Service[] = [];
  const all = next.services.map((config) => {
    const former = before.get(config.name);
    if (former !== undefined && plan.isSameService(config)) return former;
    const service = createService(config, former);
    fresh.push(service);
    return service;
  });
  return { all, fresh, former: services.filter((service) => !all.includes(service)) };
}

/** Uses all parts of the new configuration. */
interface PreparedParts {
  readonly kind: 'prepared';
  commit(): CommittedReload;
}

/** @param undo gets what must be undone if a later step fails */
async function prepareParts(
  next: LoadedConfig,
  plan: ReloadPlan,
  services: readonly Service[],
  { mode, admin }: RunningGateway,
  { signal }: ReloadDeps,
  undo: (() => unknown)[],
): Promise<PreparedParts | CannotReload> {
  const doors = createDoorExchange([
    ...mode.endingDoors(next, plan),
    ...(admin?.endingDoors(next, plan) ?? []),
  ]);
  undo.push(doors.abandon);
  const procedures = services.flatMap((service) => service.procedures);
  const prepared = await mode.prepare({ config: next, plan, procedures, doors, signal });
  if (prepared.kind === 'cannot') return prepared;
  undo.push(prepared.abandon);
  const preparedAdmin = await admin?.prepare(next, plan, doors);
  return {
    kind: 'prepared',
    commit() {
      // First of all, so that no listener closes a door that another one has taken over.
      doors.commit();
      const committed = prepared.commit();
      preparedAdmin?.commit();
      return committed;
    },
  };
}

/** Runs between two calls, and cannot fail. */
function commit(
  prepared: PreparedParts,
  next: LoadedConfig,
  { all, fresh, former }: CompiledServices,
  { use }: ReloadDeps,
): CommittedReload {
  for (const service of fresh) {
    const predecessor = former.find(({ name }) => name === service.name);
    if (predecessor !== undefined) service.takeOver(predecessor.handOver());
  }
  const committed = prepared.commit();
  use(next, all);
  return committed;
}

function retire(former: readonly Service[], ended: Promise<unknown>, { onRetired }: ReloadDeps): void {
  if (former.length === 0) return;
  const closed = ended.then(() => Promise.all(former.map((service) => service.retire())));
  onRetired(
    former,
    closed.then(() => {}),
  );
}

const done = ({ changes }: ReloadPlan, { notices }: LoadedConfig) => ({
  kind: 'done' as const,
  changes,
  notices: notices.map(formatProblem),
});

const failed = (reason: string): ReloadOutcome => ({ kind: 'failed', reason });
