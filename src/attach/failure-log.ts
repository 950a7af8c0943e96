import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';

/** A failure that may last for some time. */
export interface Failure {
  /** Fields that tell where the failure occurs: realm, router, procedure. */
  readonly where: object;
  /** What is wrong, in the words of the system or the router. */
  readonly cause: string;
  /** What the operator can do. */
  readonly advice: string;
}

/**
 * Logs failures of actions that the gateway repeats. It logs a failure when it begins and when its
 * cause changes. After that it logs one line per minute with the number of failures.
 */
export interface FailureLog {
  /** @param key identifies what fails, such as a URL or a procedure */
  failed(key: string, failure: Failure, message: string): void;
  /**
   * Ends the failure of a key.
   *
   * @returns how many milliseconds it has lasted; undefined if there was no failure
   */
  over(key: string): number | undefined;
}

const REPEAT_MS = 60_000;

interface Known {
  cause: string;
  readonly since: number;
  loggedAt: number;
  /** Failures since the last line. */
  count: number;
}

export function createFailureLog(log: Logger, clock: Clock): FailureLog {
  const known = new Map<string, Known>();
  return {
    failed(key, { where, cause, advice }, message) {
      const now = clock.monotonic();
      const before = known.get(key);
      if (before?.cause === cause) {
        before.count++;
        if (now - before.loggedAt < REPEAT_MS) return;
        log.warn({ ...where, cause, advice, repeated: before.count }, message);
        Object.assign(before, { loggedAt: now, count: 0 });
        return;
      }
      known.set(key, { cause, since: before?.since ?? now, loggedAt: now, count: 0 });
      log.warn({ ...where, cause, advice }, message);
    },
    over(key) {
      const before = known.get(key);
      known.delete(key);
      return before && Math.round(clock.monotonic() - before.since);
    },
  };
}
