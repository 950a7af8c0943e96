import type { Clock } from '../../clock.js';
import { ByteLru, type Weighed } from '../../collections/byte-lru.js';
import { FairQueue } from '../../collections/fair-queue.js';
import { Tally } from '../../collections/tally.js';
import type { Waiting } from '../../collections/wait-queue.js';
import type { CallControl } from '../call-control.js';
import { callerKey } from '../caller.js';
import { type Bucket, type BucketRate, msUntilToken, takeToken } from './bucket.js';

/** How the wait of a request for its turn ended. */
export type Turn =
  | { readonly kind: 'turn' }
  /** The rate does not allow the request. */
  | { readonly kind: 'limited'; readonly retryAfterMs: number }
  /** The deadline of the call passed. */
  | { readonly kind: 'late' }
  | { readonly kind: 'canceled' };

export const TURN: Turn = { kind: 'turn' };
const LATE: Turn = { kind: 'late' };
const CANCELED: Turn = { kind: 'canceled' };

export interface RateLimiterOptions extends BucketRate {
  /** How long a request may wait for its turn (`limit.wait`). */
  readonly waitMs: number;
  /** Whether each caller has a rate of its own (`limit.per`). */
  readonly perCaller: boolean;
  /** How many requests may wait. */
  readonly maxWaiting: number;
}

export interface RateLimiter {
  /** Takes a turn for one request, or waits for it. */
  take(control: CallControl, now: number): Turn | Promise<Turn>;
  /** How many requests wait. */
  readonly waiting: number;
}

interface Waiter {
  readonly settle: (turn: Turn) => void;
}

/** It is a class, so that V8 does not take the buckets of callers for long-lived objects. */
class CallerBucket implements Bucket, Weighed<CallerBucket> {
  readonly key: string;
  fullAt = 0;
  readonly bytes = 1;
  older: CallerBucket | undefined = undefined;
  newer: CallerBucket | undefined = undefined;
  isKept = false;
  /** Callers take turns in it. Undefined while none waits. */
  queue: FairQueue<Waiter> | undefined = undefined;
  /** The waiting requests of each caller. */
  waiting: Tally | undefined = undefined;
  stopTimer: (() => void) | undefined = undefined;

  constructor(key: string) {
    this.key = key;
  }
}

/**
 * The callers whose buckets are kept. The bucket of a forgotten caller is full again. So a limit for
 * each caller does not limit what more callers than this do together.
 */
const MAX_CALLERS = 10_000;

/** Holds the requests of a service to a rate. */
export function createRateLimiter(options: RateLimiterOptions, clock: Clock): RateLimiter {
  const { waitMs, perCaller, maxWaiting } = options;
  const shared = new CallerBucket('');
  const buckets = new ByteLru<CallerBucket>(MAX_CALLERS, () => {});
  let waiting = 0;

  function bucketOf(control: CallControl): CallerBucket {
    if (!perCaller) return shared;
    const key = String(callerKey(control.caller));
    let bucket = buckets.get(key);
    if (bucket === undefined) {
      bucket = new CallerBucket(key);
      buckets.put(bucket);
    } else buckets.use(bucket);
    return bucket;
  }

  function take(control: CallControl, now: number): Turn | Promise<Turn> {
    const bucket = bucketOf(control);
    const ownMs = msUntilToken(bucket, options, now);
    if (ownMs === 0 && bucket.queue === undefined) {
      takeToken(bucket, options, now, false);
      return TURN;
    }
    const caller = callerKey(control.caller);
    // Even if no other caller waited, the turns of this one would come too late.
    const earliestMs = ownMs + (bucket.waiting?.of(caller) ?? 0) * options.everyMs;
    if (earliestMs > waitMs || waiting >= maxWaiting) {
      return { kind: 'limited', retryAfterMs: Math.max(earliestMs, 1) };
    }
    return wait(bucket, caller, control, now);
  }

  function wait(bucket: CallerBucket, caller: unknown, control: CallControl, now: number): Promise<Turn> {
    bucket.queue ??= new FairQueue();
    bucket.waiting ??= new Tally();
    const { queue, waiting: tally } = bucket;
    waiting++;
    tally.add(caller);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        settle(turn) {
          waiting--;
          tally.remove(caller);
          queue.leave(caller, place);
          if (queue.size === 0) disarm(bucket);
          stopTimer();
          control.waitsFor = undefined;
          resolve(turn);
        },
      };
      const place: Waiting<Waiter> = queue.join(caller, waiter);
      const leftMs = control.deadlineAt - now;
      const stopTimer = clock.after(Math.max(0, Math.min(waitMs, leftMs)), () => {
        const retryAfterMs = Math.max(1, msUntilToken(bucket, options, clock.monotonic()));
        waiter.settle(leftMs <= waitMs ? LATE : { kind: 'limited', retryAfterMs });
      });
      control.waitsFor = { cancel: () => waiter.settle(CANCELED), isQuotaOfCaller: perCaller };
      arm(bucket, now);
    });
  }

  /** Wakes when the bucket has its next token. */
  function arm(bucket: CallerBucket, now: number): void {
    bucket.stopTimer ??= clock.after(msUntilToken(bucket, options, now), () => {
      bucket.stopTimer = undefined;
      serve(bucket);
    });
  }

  /** Called when no request waits any more. */
  function disarm(bucket: CallerBucket): void {
    bucket.stopTimer?.();
    [bucket.stopTimer, bucket.queue, bucket.waiting] = [undefined, undefined, undefined];
  }

  function serve(bucket: CallerBucket): void {
    const now = clock.monotonic();
    for (let next = bucket.queue?.first; next !== undefined; next = bucket.queue?.first) {
      if (msUntilToken(bucket, options, now) > 0) {
        arm(bucket, now);
        return;
      }
      takeToken(bucket, options, now, true);
      next.settle(TURN);
    }
  }

  return {
    take,
    get waiting() {
      return waiting;
    },
  };
}
