import { resolve } from 'node:path';
import type { AdminRoute } from '../admin/admin-route.js';
import { createGateway, type Gateway } from '../assembly/create-gateway.js';
import { systemClock } from '../clock.js';
import type { LoadedConfig } from '../config/model.js';
import { formatProblem } from '../errors.js';
import { createLogger } from '../log.js';
import { packageVersion } from '../version.js';
import type { ConfigSource } from './config-source.js';
import { count } from './configuration.js';
import { durationText } from './duration-text.js';
import { EXIT, type ExitCode, type Host, type Output } from './host.js';
import { logOutput } from './log-output.js';
import { createReloadTrigger } from './reload-trigger.js';
import { createServiceManager } from './service-manager.js';
import { watchSignals } from './signals.js';
import { logWarnings } from './warnings.js';
import { watchConfiguration } from './watch/watch-configuration.js';

/** The time for running calls to end after SIGTERM or SIGINT. */
const STOP_GRACE_MS = 10_000;

/**
 * The line that says that the gateway is ready. Programs wait for `ready: N procedures in M realms,
 * ws://…`, so this form never changes. In attached mode it ends in `attached to wss://…`. A
 * terminal gets `1 procedure` instead of `1 procedures`.
 */
export function readyLine({ procedureCount, realms, endpoints, routers }: Gateway, output: Output): string {
  const size = output.isTTY
    ? `${count(procedureCount, 'procedure')} in ${count(realms.length, 'realm')}`
    : `${procedureCount} procedures in ${realms.length} realms`;
  const where = routers.length > 0 ? [`attached to ${routers.join(', ')}`, ...endpoints] : endpoints;
  return `ready: ${size}, ${where.join(', ')}`;
}

export interface RunOptions {
  /** The configuration file, for the log. */
  readonly file: string;
  /** Reads the configuration again for a reload. Undefined if that is not possible. */
  readonly source?: ConfigSource | undefined;
  /** Whether a changed file causes a reload. Default: false. */
  readonly watch?: boolean | undefined;
  /** More paths on the admin listeners. Default: none. */
  readonly adminRoutes?: readonly AdminRoute[];
  /** Tells the user that the gateway is ready. */
  readonly announce: (gateway: Gateway) => void;
}

/**
 * Runs a gateway until SIGTERM or SIGINT. SIGHUP reloads its configuration. Its log goes to stderr,
 * with the notices of the configuration and the warnings of the process.
 *
 * @throws the error that prevents the start. No listener is open then.
 */
export async function runGateway(
  config: LoadedConfig,
  host: Host,
  { file, source, watch = false, adminRoutes = [], announce }: RunOptions,
): Promise<ExitCode> {
  const log = createLogger(config.log.level, await logOutput(config.log.format, host));
  logWarnings(host, log);
  for (const notice of config.notices) log.warn({}, formatProblem(notice));
  const gateway = createGateway(config, {
    log,
    env: host.env,
    adminRoutes,
    ...(source && { readConfig: source.read }),
  });
  const manager = createServiceManager(host, log);
  const readyText = () => readyLine(gateway, host.stdout);
  const reload = createReloadTrigger({ gateway, manager, readyText, log });
  const signals = watchSignals(host, reload);
  let stopWatching = (): void => {};
  const startedAt = systemClock.monotonic();
  try {
    // A start may wait for secrets. A signal during the start must suppress the ready line.
    const startedOrSignal = await Promise.race([gateway.start().then(() => 'started'), signals.received]);
    if (startedOrSignal === 'started') {
      announce(gateway);
      log.info(factsOf(gateway, file), 'the gateway has started');
      manager.ready(readyText());
      if (watch && source !== undefined)
        stopWatching = watchConfiguration({ ...source, onChange: reload, clock: systemClock, log });
    }
    const signal = await signals.received;
    stopWatching();
    const told = manager.stopping();
    log.info({ signal }, 'Stopping: the gateway takes no new calls and finishes the running ones.');
    await gateway.stop(STOP_GRACE_MS);
    await told;
    const uptime = durationText(systemClock.monotonic() - startedAt);
    log.info({ reason: signal, uptime, calls: gateway.callCount }, 'the gateway has stopped');
    return EXIT.ok;
  } finally {
    signals.release();
  }
}

function factsOf(gateway: Gateway, file: string): object {
  const { procedureCount, realms, endpoints, adminEndpoints, routers } = gateway;
  return {
    version: packageVersion(),
    config: resolve(file),
    procedures: procedureCount,
    realms: realms.length,
    listeners: endpoints,
    ...(adminEndpoints.length > 0 && { admin: adminEndpoints }),
    ...(routers.length > 0 && { routers }),
  };
}
