import type { Clock } from '../../clock.js';

/**
 * The delay after the first failed login of a source, in milliseconds. Each further failed login
 * doubles the delay.
 */
const FIRST_DELAY_MS = 250;
/** Milliseconds without a failure after which a source starts again with the first delay. */
const FORGET_AFTER_MS = 15 * 60_000;
/**
 * The maximum number of remembered sources. If there are more, the source with the oldest failure
 * is removed.
 */
const MAX_SOURCES = 10_000;

/** The limits are read when they are needed, because a reload may change them. */
export interface LoginDelayOptions {
  readonly clock: Clock;
  /** The longest delay in milliseconds; 0 means no delay. `security.max_failed_login_delay` */
  readonly longest: number;
  /**
   * The maximum number of logins of one source that are being checked or wait for their refusal. 0
   * means no limit. `security.max_failed_logins`
   */
  readonly maxWaiting: number;
  readonly maxSources?: number;
}

/** A login that is being checked. The caller calls exactly one of the methods, once. */
export interface Trial {
  /**
   * @param since when the client's answer arrived
   * @returns when to refuse the login. Both times are monotonic milliseconds.
   */
  failed(since: number): number;
  /** The login succeeded, or it could not be checked. */
  passed(): void;
}

/** Slows down guessing: each failed login of a source is refused after a longer delay. */
export interface LoginDelays {
  /**
   * True if nobody can log in from the source now, because it has too many failed or running
   * logins.
   */
  isBlocked(source: string): boolean;
  /**
   * Counts the login as failed until its check ends. A check takes time, so this also counts
   * guesses that arrive during the check. Returns undefined if the source is blocked.
   */
  begin(source: string): Trial | undefined;
}

/** The state that is remembered for a source. */
interface FailedSource {
  failures: number;
  lastAt: number;
  /**
   * When the waiting refusals are due. A client that closes its connection still counts until then.
   * So a client cannot avoid the delay by opening many connections.
   */
  readonly due: number[];
}

export function createLoginDelays(options: LoginDelayOptions): LoginDelays {
  const { clock, maxSources = MAX_SOURCES } = options;
  // In the order of the last failure, so that the source with the oldest failure is removed first.
  const records = new Map<string, FailedSource>();
  /**
   * The number of logins that are being checked, by source. They are separate from the records,
   * which may be removed.
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
    const { maxWaiting } = options;
    if (maxWaiting === 0) return false;
    return (recall(source)?.due.length ?? 0) + (checking.get(source) ?? 0) >= maxWaiting;
  }

  function end(source: string): void {
    const left = (checking.get(source) ?? 0) - 1;
    if (left > 0) checking.set(source, left);
    else checking.delete(source);
  }

  function fail(source: string, since: number): number {
    const { longest, maxWaiting } = options;
    if (longest === 0) return since;
    const record = recall(source) ?? { failures: 0, lastAt: 0, due: [] };
    const delay = Math.min(FIRST_DELAY_MS * 2 ** record.failures, longest);
    const due = since + delay;
    // Limits the exponent of the delay.
    record.failures = Math.min(record.failures + 1, 30);
    record.lastAt = clock.monotonic();
    // No more entries than this are necessary to block the source.
    if (record.due.length < maxWaiting) record.due.push(due);
    records.delete(source);
    records.set(source, record);
    if (records.size > maxSources) {
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
