import { isIPv6 } from 'node:net';
import type { Clock } from '../../clock.js';
import { plainAddress } from './sources.js';

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

interface Record {
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
  const records = new Map<string, Record>();

  function recall(source: string): Record | undefined {
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
      return (recall(sourceOf(address))?.due.length ?? 0) >= mostWaiting;
    },
    failed(address, since) {
      if (longest === 0) return since;
      const source = sourceOf(address);
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

/** One network of IPv6 is one source, for whoever has one address of it has 2^64. */
function sourceOf(address: string | undefined): string {
  if (address === undefined) return 'local';
  const plain = plainAddress(address);
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const before = head.split(':').filter((group) => group !== '');
  const after = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(8 - before.length - after.length, 0)).fill('0');
  const groups = [...before, ...zeros, ...after].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
