import type { Clock } from '../../clock.js';

/**
 * What the first failed login of a source waits for its answer; each further one waits twice as
 * long.
 */
const FIRST_DELAY_MS = 250;
/** A source that has not failed for so long begins anew. */
const FORGET_AFTER_MS = 15 * 60_000;
/** Beyond these the source that failed longest ago is forgotten. */
const MOST_SOURCES = 10_000;

export interface LoginDelayOptions {
  readonly clock: Clock;
  /** The longest delay, milliseconds; 0 for none. `security.max_failed_login_delay` */
  readonly longest: number;
  /**
   * Logins of one source that may be looked at, or wait for their refusal, at a time; 0 for no
   * limit. `security.max_failed_logins`
   */
  readonly mostWaiting: number;
  readonly mostSources?: number;
}

/** A login that is being looked at. One of the two is called, once. */
export interface Trial {
  /** @param since when its answer came @returns when that may be refused, monotonic milliseconds */
  failed(since: number): number;
  /** It succeeded, or nobody could look at it. */
  passed(): void;
}

/** Makes guessing slow: each failed login of a source is answered later than the one before. */
export interface LoginDelays {
  /**
   * So many logins of the source have failed or are being looked at that nobody can log in from
   * there for now.
   */
  isBlocked(source: string): boolean;
  /**
   * Takes the place of a failed login before anybody looks at the answer: looking takes time, in
   * which any number of guesses would come and find none of the others failed. Undefined where the
   * source is blocked.
   */
  begin(source: string): Trial | undefined;
}

/** What is remembered of a source. */
interface FailedSource {
  failures: number;
  lastAt: number;
  /**
   * When the answers that wait are due. A client that hangs up keeps its place until then: the time
   * is what a guess costs, and who may guess at many connections at once has as many guesses as
   * places.
   */
  readonly due: number[];
}

export function createLoginDelays(options: LoginDelayOptions): LoginDelays {
  const { clock, longest, mostWaiting, mostSources = MOST_SOURCES } = options;
  // In the order of the last failure, so that the first is the one to forget.
  const records = new Map<string, FailedSource>();
  /** Logins that are being looked at, by source. Apart, so that none of them is ever forgotten. */
  const underWay = new Map<string, number>();

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
    return (recall(source)?.due.length ?? 0) + (underWay.get(source) ?? 0) >= mostWaiting;
  }

  function end(source: string): void {
    const left = (underWay.get(source) ?? 0) - 1;
    if (left > 0) underWay.set(source, left);
    else underWay.delete(source);
  }

  function fail(source: string, since: number): number {
    if (longest === 0) return since;
    const record = recall(source) ?? { failures: 0, lastAt: 0, due: [] };
    const delay = Math.min(FIRST_DELAY_MS * 2 ** record.failures, longest);
    const due = since + delay;
    // No further than the exponent can grow, and no more than can block.
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
      underWay.set(source, (underWay.get(source) ?? 0) + 1);
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
