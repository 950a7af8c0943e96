import type { Clock } from '../../clock.js';

/**
 * The delay of the first failed login of a source, in milliseconds. Each further one doubles it.
 */
const FIRST_DELAY_MS = 250;
/** After so many milliseconds without a failure, a source starts again with the first delay. */
const FORGET_AFTER_MS = 15 * 60_000;
/**
 * How many sources are remembered. Beyond that, the source with the oldest failure is forgotten.
 */
const MOST_SOURCES = 10_000;

export interface LoginDelayOptions {
  readonly clock: Clock;
  /** The longest delay in milliseconds; 0 means no delay. `security.max_failed_login_delay` */
  readonly longest: number;
  /**
   * How many logins of one source may be checked, or wait for their refusal, at a time; 0 means no
   * limit. `security.max_failed_logins`
   */
  readonly mostWaiting: number;
  readonly mostSources?: number;
}

/** A login that is being checked. Exactly one of the methods is called, once. */
export interface Trial {
  /**
   * @param since when the client's answer arrived
   * @returns when to refuse it; both in monotonic milliseconds
   */
  failed(since: number): number;
  /** The login succeeded, or it could not be checked. */
  passed(): void;
}

/** Slows down guessing: each failed login of a source is refused after a longer delay. */
export interface LoginDelays {
  /**
   * True if the source has so many failed or running logins that nobody can log in from there now.
   */
  isBlocked(source: string): boolean;
  /**
   * Counts the login as failed until its check has ended. The check takes time, and guesses that
   * arrive during it must not go uncounted. Returns undefined if the source is blocked.
   */
  begin(source: string): Trial | undefined;
}

/** What is remembered of a source. */
interface FailedSource {
  failures: number;
  lastAt: number;
  /**
   * When the waiting refusals are due. A client that closes its connection keeps its place until
   * then: the delay is the price of a guess, even with many connections at once.
   */
  readonly due: number[];
}

export function createLoginDelays(options: LoginDelayOptions): LoginDelays {
  const { clock, longest, mostWaiting, mostSources = MOST_SOURCES } = options;
  // In the order of the last failure, so that the first one is forgotten first.
  const records = new Map<string, FailedSource>();
  /**
   * Logins that are being checked, by source. They are separate from the records, so that they are
   * never forgotten.
   */
  const checking = new Map<string, number>();

  function recall(source: string): FailedSource | undefined {
    const found = records.get(source);
    if (found === undefined) return undefined;
    const now = clock.monotonic();
    if (now - found.lastAt > FORGET_AFTER_MS) {
      records.delete(source);
      return undefined;
    }
    while (found.due[0] !== undefined && found.due[0] <= now) found.due.shift();
    return found;
  }

  function isBlocked(source: string): boolean {
    if (mostWaiting === 0) return false;
    return (recall(source)?.due.length ?? 0) + (checking.get(source) ?? 0) >= mostWaiting;
  }

  function end(source: string): void {
    const left = (checking.get(source) ?? 0) - 1;
    if (left > 0) checking.set(source, left);
    else checking.delete(source);
  }

  function fail(source: string, since: number): number {
    if (longest === 0) return since;
    const record = recall(source) ?? { failures: 0, lastAt: 0, due: [] };
    const delay = Math.min(FIRST_DELAY_MS * 2 ** record.failures, longest);
    const due = since + delay;
    // Limits the exponent, and the number of entries that can block a source.
    record.failures = Math.min(record.failures + 1, 30);
    record.lastAt = clock.monotonic();
    if (record.due.length < mostWaiting) record.due.push(due);
    records.delete(source);
    records.set(source, record);
    if (records.size > mostSources) {
      const [oldest] = records.keys();
      if (oldest !== undefined) records.delete(oldest);
    }
    return due;
  }

  return {
    isBlocked,
    begin(source) {
      if (isBlocked(source)) return undefined;
      checking.set(source, (checking.get(source) ?? 0) + 1);
      return {
        failed(since) {
          end(source);
          return fail(source, since);
        },
        passed: () => end(source),
      };
    },
  };
}
