import { ByteLru, type Weighed } from '../../collections/byte-lru.js';
import type { HttpResponse } from '../http-message.js';
import { firstHeader } from '../response-headers.js';
import { parseRetryAfter } from '../retry-after.js';

/** Stops requests for the time that the upstream asks for (`limit.obey_retry_after`). */
export interface RetryGate {
  /** Milliseconds until requests with this credential may be sent. 0 if they may be sent now. */
  closedMs(credential: () => string, now: number): number;
  /** Closes the gate if the response asks for it. */
  heard(response: HttpResponse, credential: () => string, now: number, nowWall: number): void;
}

interface Closed extends Weighed<Closed> {
  readonly until: number;
}

/** A longer time would be a mistake, or could stop a service for hours. */
const MAX_CLOSED_MS = 60_000;
const MAX_CREDENTIALS = 10_000;
/** Timers may fire this many milliseconds too early. A retry comes exactly when the gate opens. */
const TIMER_EARLY_MS = 1;

export function createRetryGate(): RetryGate {
  const closed = new ByteLru<Closed>(MAX_CREDENTIALS, () => {});
  /** Monotonic milliseconds. From then on, no call has to name its credential, which may cost a hash. */
  let allOpenAt = 0;
  return {
    closedMs(credential, now) {
      if (allOpenAt - now <= TIMER_EARLY_MS) return 0;
      const found = closed.get(credential());
      if (found === undefined) return 0;
      const leftMs = found.until - now;
      if (leftMs > TIMER_EARLY_MS) return leftMs;
      closed.remove(found);
      return 0;
    },

    heard({ status, headers }, credential, now, nowWall) {
      if (status !== 429 && status !== 503) return;
      const asked = parseRetryAfter(firstHeader(headers, 'retry-after'), nowWall);
      if (asked === undefined || asked <= 0) return;
      const key = credential();
      const until = Math.max(now + Math.min(asked, MAX_CLOSED_MS), closed.get(key)?.until ?? 0);
      allOpenAt = Math.max(allOpenAt, until);
      closed.put({ key, until, bytes: 1, older: undefined, newer: undefined, isKept: false });
    },
  };
}
