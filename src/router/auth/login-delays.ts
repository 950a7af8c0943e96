import type { Clock } from '../../clock.js';
import { sourceOf } from '../../wamp/source.js';

/** What the first failed login of a source waits for its answer; each further one waits twice as long. */
const FIRST_DELAY_MS = 250;
/** A source that has not failed for so long begins anew. */
const FORGET_AFTER_MS = 15 * 60_000;
/** Beyond these the source that failed longest ago is forgotten. */
const MOST_SOURCES = 10_000;

export interface LoginDelayOptions {
  readonly clock: Clock;
  /** The longest delay, milliseconds; 0 for none. `security.max_failed_login_delay` */
  readonly longest: number;
  /** Answers of one source that may wait at a time; 0 for no limit. `security.max_failed_logins` */
  readonly mostWaiting: number;
  readonly mostSources?: number;
}

/** Makes guessing slow: each failed login of a source is answered later than the one before. */
export interface LoginDelays {
  /** So many failed logins of the source wait for their answer that nobody can log in from there for now. */
  isBlocked(address: string | undefined): boolean;
  /** Notes a failed login. Returns when it may be answered, monotonic milliseconds. */
  failed(address: string | undefined, since: number): number;
}

/** What is remembered of a source. */
interface FailedSource {
  failures: number;
  lastAt: number;
  /**
   * When the answers that wait are due. A client that hangs up keeps its place until then: the time is what a guess
   * costs, and who may guess at many connections at once has as many guesses as places.
   */
  readonly due: number[];
}

export function createLoginDelays(options: LoginDelayOptions): LoginDelays {
  const { clock, longest, mostWaiting, mostSources = MOST_SOURCES } = options;
  // In the order of the last failure, so that the first is the one to forget.
  const records = new Map<string, FailedSource>();

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

  return {
    isBlocked(address) {
      if (mostWaiting === 0) return false;
      return (recall(sourceFor(address))?.due.length ?? 0) >= mostWaiting;
    },
    failed(address, since) {
      if (longest === 0) return since;
      const source = sourceFor(address);
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
    },
  };
}

/** Who has no address is on this machine. */
function sourceFor(address: string | undefined): string {
  return address === undefined ? 'local' : sourceOf(address);
}
