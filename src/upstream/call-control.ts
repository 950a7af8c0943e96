import type { CallTrace } from '../observe/tracing.js';
import type { Caller } from './caller.js';
import type { StreamRule } from './stream-rule.js';

/** Something that a call waits for, and that can be cancelled. */
export interface Cancelable {
  cancel(): void;
  /** True if the call waits for a quota that its caller has for itself (`limit.per = caller`). */
  readonly isQuotaOfCaller?: boolean;
}

/**
 * The deadline of a running call, and its cancellation.
 *
 * It has a property instead of an AbortSignal, so that each call needs only one object. The thing
 * that the call waits for sets `waitsFor` to itself, and resets it when the wait ends.
 */
export interface CallControl {
  /** Monotonic milliseconds. */
  readonly deadlineAt: number;
  /** Who has cancelled the call: its caller, or the gateway when it stops. */
  canceledBy: 'caller' | 'gateway' | undefined;
  waitsFor: Cancelable | undefined;
  /**
   * Gives back the call's place in the pool. Set while the call keeps its place to read a large
   * response. See {@link freePlace}.
   */
  place: (() => void) | undefined;
  /** The arguments of the call. It keeps them in memory in addition to its request. */
  readonly holds: unknown;
  /** Undefined for the gateway's own requests. */
  readonly caller: Caller | undefined;
  /** Undefined if the call has no trace. */
  trace: CallTrace | undefined;
  /** Undefined if the call takes each response as a whole. */
  streams: StreamRule | undefined;
}

/**
 * It is a class and not an object literal. If the first objects of a literal live long, V8
 * allocates later ones in its old space. In the old space, a dead object keeps everything that its
 * call referred to, until a full garbage collection.
 */
class Control implements CallControl {
  readonly deadlineAt: number;
  canceledBy: CallControl['canceledBy'] = undefined;
  waitsFor: Cancelable | undefined = undefined;
  place: (() => void) | undefined = undefined;
  readonly holds: unknown;
  readonly caller: Caller | undefined;
  trace: CallTrace | undefined = undefined;
  streams: StreamRule | undefined = undefined;

  constructor(deadlineAt: number, holds: unknown, caller: Caller | undefined) {
    this.deadlineAt = deadlineAt;
    this.holds = holds;
    this.caller = caller;
  }
}

/** @param holds the call's arguments, for {@link CallControl.holds} */
export function createCallControl(deadlineAt: number, holds?: unknown, caller?: Caller): CallControl {
  return new Control(deadlineAt, holds, caller);
}

/**
 * Cancels the call at its current step. Does nothing if the call was already cancelled or has
 * ended.
 */
export function cancelCall(control: CallControl, by: 'caller' | 'gateway' = 'caller'): void {
  control.canceledBy ??= by;
  const { waitsFor } = control;
  control.waitsFor = undefined;
  waitsFor?.cancel();
}

/**
 * Gives back the place in the pool that the call kept for its response. Does nothing if the call
 * has no place.
 */
export function freePlace(control: CallControl): void {
  const { place } = control;
  control.place = undefined;
  place?.();
}
