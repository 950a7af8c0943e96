import type { LoadedConfig } from '../config/model.js';
import { createGateway, type Gateway } from '../create-gateway.js';
import { formatProblem } from '../errors.js';
import { createLogger } from '../log.js';
import { EXIT, type ExitCode, type Host } from './host.js';
import { watchSignals } from './signals.js';
import { logWarnings } from './warnings.js';

/** How long running calls may take to end after SIGTERM or SIGINT. */
const STOP_GRACE_MS = 10_000;

/** `ready: N procedures in M realms, ws://…`: the one line on stdout that scripts may wait for. */
export function readyLine(gateway: Gateway): string {
  return `ready: ${gateway.procedureCount} procedures in ${gateway.realms.length} realms, ${gateway.endpoints.join(', ')}`;
}

/**
 * Runs a gateway until SIGTERM or SIGINT: the notices of its configuration, its log and the process's warnings go to
 * stderr as JSON lines, `announce` tells the user that it is ready.
 *
 * @throws whatever keeps the gateway from starting; nothing listens then
 */
export async function runGateway(
  config: LoadedConfig,
  host: Host,
  announce: (gateway: Gateway) => void,
): Promise<ExitCode> {
  const log = createLogger(config.log.level, host.stderr);
  logWarnings(host, log);
  for (const notice of config.notices) log.warn({}, formatProblem(notice));
  const gateway = createGateway(config, { log, env: host.env });
  const signals = watchSignals(host, log);
  try {
    // A start may wait for secrets. Who is told to stop meanwhile must not say any more that it is ready.
    const first = await Promise.race([gateway.start().then(() => 'started'), signals.received]);
    if (first === 'started') announce(gateway);
    const signal = await signals.received;
    log.info({ signal }, 'Stopping: no new calls, running ones may end.');
    await gateway.stop(STOP_GRACE_MS);
    return EXIT.ok;
  } finally {
    signals.release();
  }
}
