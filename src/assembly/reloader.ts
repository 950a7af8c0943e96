import type { Clock } from '../clock.js';
import type { LoadedConfig } from '../config/model.js';
import { ConfigError, formatProblem } from '../errors.js';
import { errorLocation, type Logger } from '../log.js';
import type { Observer } from '../observe/observer.js';
import type { ReloadChange, ReloadOutcome } from '../status/actions.js';
import type { ConfigurationStatus, GatewayState } from '../status/gateway-status.js';
import { firstProblems } from './first-problems.js';
import type { GatewayOptions, ReloadOptions } from './gateway-types.js';

export interface ReloaderDeps {
  readonly state: () => GatewayState;
  /** Throws ConfigError, or rejects with it. Undefined if the gateway was not created from a file. */
  readonly readConfig: GatewayOptions['readConfig'];
  /** Says what would change. */
  readonly tryOut: (next: LoadedConfig) => ReloadOutcome;
  readonly run: (next: LoadedConfig, signal: AbortSignal) => Promise<ReloadOutcome>;
  /** The notices of the first configuration, which are logged already. */
  readonly notices: LoadedConfig['notices'];
  readonly log: Logger;
  readonly clock: Clock;
  readonly observer: Pick<Observer, 'configReloaded'>;
}

/** Runs reloads one after another, and tells how they ended. */
export interface Reloader {
  reload(config?: LoadedConfig, options?: ReloadOptions): Promise<ReloadOutcome>;
  /** Ends a running reload, and waits for its end. Later ones find a gateway that stops. */
  cancel(): Promise<void>;
  /** For the status. Null before the first reload. */
  readonly last: ConfigurationStatus['last_reload'];
}

export function createReloader(deps: ReloaderDeps): Reloader {
  const { log, clock, observer } = deps;
  let previous: Promise<unknown> = Promise.resolve();
  let controller = new AbortController();
  let last: ConfigurationStatus['last_reload'] = null;
  let knownNotices: readonly string[] = deps.notices.map(formatProblem);

  async function reloadNow(given: LoadedConfig | undefined, dryRun: boolean): Promise<ReloadOutcome> {
    const reason = whyImpossible(given);
    if (reason !== undefined) return { kind: 'impossible', reason };
    const outcome = await attempt(given, dryRun);
    if (!dryRun) report(outcome);
    return outcome;
  }

  function whyImpossible(given: LoadedConfig | undefined): string | undefined {
    switch (deps.state()) {
      case 'starting':
        return 'the gateway is still starting';
      case 'draining':
        return 'the gateway is stopping';
      case 'stopped':
        return 'the gateway is not running';
      case 'ready':
        return given === undefined && deps.readConfig === undefined
          ? 'the gateway was not created from a file that it can read again'
          : undefined;
    }
  }

  async function attempt(given: LoadedConfig | undefined, dryRun: boolean): Promise<ReloadOutcome> {
    controller = new AbortController();
    try {
      const read = deps.readConfig as NonNullable<GatewayOptions['readConfig']>;
      const next = given ?? (await read({ dryRun }));
      // A stop may have come while a document was read.
      if (controller.signal.aborted) return { kind: 'impossible', reason: 'the gateway is stopping' };
      return dryRun ? deps.tryOut(next) : await deps.run(next, controller.signal);
    } catch (error) {
      if (error instanceof ConfigError)
        return { kind: 'refused', problems: firstProblems(error.problems, 'problems') };
      log.error(errorLocation(error), 'a reload has met a bug of the gateway');
      return { kind: 'failed', reason: 'a bug of the gateway; its log has the place' };
    }
  }

  function report(outcome: ReloadOutcome): void {
    const problems = problemsIn(outcome);
    const isDone = outcome.kind === 'done';
    last = { at: new Date(clock.wall()).toISOString(), outcome: isDone ? 'ok' : 'error', problems };
    observer.configReloaded(isDone ? 'ok' : 'error');
    switch (outcome.kind) {
      case 'done': {
        for (const notice of outcome.notices) if (!knownNotices.includes(notice)) log.warn({}, notice);
        knownNotices = outcome.notices;
        const changes = outcome.changes.map(inWords);
        log.info({ changes }, changes.length === 0 ? NOTHING_CHANGED : 'the configuration was reloaded');
        return;
      }
      case 'refused':
        for (const problem of problems) log.error({}, problem);
        log.error({ mistakes: problems.length }, REFUSED);
        return;
      default:
        log.error({ cause: outcome.reason }, FAILED);
    }
  }

  return {
    reload(config, { dryRun = false } = {}) {
      const outcome = previous.then(() => reloadNow(config, dryRun));
      previous = outcome;
      return outcome;
    },
    async cancel() {
      controller.abort();
      await previous;
    },
    get last() {
      return last;
    },
  };
}

const NOTHING_CHANGED = 'the configuration was reloaded; nothing has changed';
const REFUSED = 'the configuration was not reloaded, because it has mistakes; nothing has changed';
const FAILED = 'the configuration was not reloaded; nothing has changed';

function problemsIn(outcome: ReloadOutcome): readonly string[] {
  if (outcome.kind === 'done') return [];
  return outcome.kind === 'refused' ? outcome.problems : [outcome.reason];
}

/** As in `service billing changed: running calls end with the old settings`. */
function inWords({ what, name, change, effect }: ReloadChange): string {
  return `${what} ${name} ${change}${effect === '' ? '' : `: ${effect}`}`;
}
