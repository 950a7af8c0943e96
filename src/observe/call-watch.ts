import type { CallOutcome, ObservedProcedure } from './observer.js';

/** A call that has ended, with facts about this one call. */
export interface WatchedCall {
  readonly observed: ObservedProcedure;
  /** Undefined for an anonymous caller, or if the router does not disclose it. */
  readonly authid: string | undefined;
  readonly outcome: CallOutcome;
  /** The HTTP status in the caller's result or error. */
  readonly status: number | undefined;
  readonly durationMs: number;
  readonly attempts: number;
  /** Undefined for a call without a line in the log. */
  readonly id: string | undefined;
  readonly traceId: string | undefined;
}

/**
 * Gets the calls that end while somebody looks at them. A call must not build its
 * {@link WatchedCall} if `isOn` is false. So calls cost nothing if nobody looks.
 */
export interface CallWatch {
  readonly isOn: boolean;
  callEnded(call: WatchedCall): void;
}

/** Nobody looks. */
export const NO_WATCH: CallWatch = Object.freeze<CallWatch>({ isOn: false, callEnded() {} });
