/**
 * A token bucket with one number (the Generic Cell Rate Algorithm, ITU-T I.371): the time at which
 * it is full again. It refills all the time, without a timer.
 */
export interface Bucket {
  /** Monotonic milliseconds. */
  fullAt: number;
}

/** The rate of a bucket. */
export interface BucketRate {
  /** Milliseconds in which one token arrives. */
  readonly everyMs: number;
  /** How many tokens a full bucket has. */
  readonly burst: number;
}

/**
 * Timers fire late on a busy machine. A request that has waited for its token counts from the time
 * at which the token arrived, if that was not longer ago than this. Otherwise the rate would be
 * lower than it should be.
 */
const LATE_MS = 25;

/** Milliseconds until the bucket has a token. 0 if it has one. */
export function msUntilToken(bucket: Bucket, { everyMs, burst }: BucketRate, now: number): number {
  return Math.max(0, bucket.fullAt - now - everyMs * (burst - 1));
}

/**
 * Takes a token. The bucket must have one.
 *
 * @param hasWaited true if a request waited for this token
 */
export function takeToken(bucket: Bucket, { everyMs }: BucketRate, now: number, hasWaited: boolean): void {
  bucket.fullAt = Math.max(bucket.fullAt, hasWaited ? now - LATE_MS : now) + everyMs;
}
