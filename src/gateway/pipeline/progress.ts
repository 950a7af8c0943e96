import type { ReplyBody } from './reply/decode-body.js';

/** One part of a result. The caller gets it as a progressive result `{status, body}`. */
export interface ReplyPart {
  readonly status: number;
  readonly body: ReplyBody;
}

/**
 * What became of a part. `closed`: the call has been cancelled, or nobody waits for it any more.
 * `unencodable` and `too_large`: the router does not take it. After each of them, no part can
 * follow.
 */
export type PartOutcome = 'sent' | 'closed' | 'unencodable' | 'too_large';

/**
 * Sends the parts of a result while the call runs, as fast as its caller reads. A call has one if
 * its caller asks for progressive results.
 *
 * A step that has many parts sends one after another, and waits for each:
 *
 * ```ts
 * const sending = progress.send({ status, body });
 * const outcome = sending instanceof Promise ? await sending : sending;
 * ```
 *
 * It reads no further data in the meantime. So a slow caller slows the upstream down, and few parts
 * are in memory. The step sets `control.waitsFor`, and calls `close` when it is cancelled. The final
 * result is the call's reply, as for every call.
 */
export interface Progress {
  /**
   * Sends a part. Returns a promise if the part has to wait: until the caller has read earlier
   * ones, or until other work has had its turn. Must not be called again before it has resolved.
   */
  send(part: ReplyPart): PartOutcome | Promise<PartOutcome>;
  /** Gives up a part that waits. Its outcome is `closed`. */
  close(): void;
  /**
   * Ends the timeouts of the call. From now on, the step that sends parts limits its duration, and
   * the call is cancelled when its caller leaves in any way. Not to be called for parts that
   * arrive within the deadline.
   */
  stayOpen(): void;
}
