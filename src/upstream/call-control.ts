/** Something that a call waits for, and that can be cancelled. */
export interface Cancelable {
  cancel(): void;
}

/**
 * The deadline of a running call, and its cancellation.
 *
 * It has a property instead of an AbortSignal, to need only one object for each call. Whatever the
 * call waits for sets `waitsFor` to itself, and resets it when the wait ends.
 */
export interface CallControl {
  /** Monotonic milliseconds. */
  readonly deadlineAt: number;
  /** Who has cancelled the call: its caller, or the gateway when it stops. */
  canceledBy: 'caller' | 'gateway' | undefined;
  waitsFor: Cancelable | undefined;
  /**
   * Gives back the call's place in the pool. Set while the call keeps its place to read a large
   * response: see {@link freePlace}.
   */
  place: (() => void) | undefined;
  /** The arguments of the call, which it keeps in memory besides its request. */
  readonly holds: unknown;
  /**
   * Whose call it is, to share memory fairly. Equal for all calls of one caller; undefined if
   * unknown.
   */
  readonly caller: unknown;
}

/**
 * It is a class and not an object literal. If the first objects of a literal live long, V8
 * allocates later ones in its old space. There, a dead object keeps everything its call referred to
 * until a full garbage collection.
 */
class Control implements CallControl {
  readonly deadlineAt: number;
  canceledBy: CallControl['canceledBy'] = undefined;
  waitsFor: Cancelable | undefined = undefined;
  place: (() => void) | undefined = undefined;
  readonly holds: unknown;
  readonly caller: unknown;

  constructor(deadlineAt: number, holds: unknown, caller: unknown) {
    this.deadlineAt = deadlineAt;
    this.holds = holds;
    this.caller = caller;
  }
}

/** @param holds the call's arguments, for {@link CallControl.holds} */
export function createCallControl(deadlineAt: number, holds?: unknown, caller?: unknown): CallControl {
  return new Control(deadlineAt, holds, caller);
}

/** Cancels the call at whatever step it is. Does nothing the second time, or after its end. */
export function cancelCall(control: CallControl, by: 'caller' | 'gateway' = 'caller'): void {
  control.canceledBy ??= by;
  const { waitsFor } = control;
  control.waitsFor = undefined;
  waitsFor?.cancel();
}

/**
 * Gives back the place in the pool that the call kept for its response. Does nothing without one.
 */
export function freePlace(control: CallControl): void {
  const { place } = control;
  control.place = undefined;
  place?.();
}
