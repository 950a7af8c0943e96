/** Something that a call waits for, and can be called away from. */
export interface Cancelable {
  cancel(): void;
}

/**
 * The strings by which a running call is held: its deadline, and whether its caller has cancelled it.
 *
 * One object a call, with a slot instead of an AbortSignal: what the call waits for at the moment puts itself into
 * `waitsFor`, and empties it when done.
 */
export interface CallControl {
  /** On the monotonic clock, milliseconds. */
  readonly deadlineAt: number;
  /** Who has cancelled it: its caller, or the gateway because it stops. */
  canceledBy: 'caller' | 'gateway' | undefined;
  waitsFor: Cancelable | undefined;
  /** Gives back the call's place in the pool, which it keeps while a large answer is read: see {@link freePlace}. */
  place: (() => void) | undefined;
  /** What the call keeps in memory beside its request: the arguments that came with it. */
  readonly holds: unknown;
}

/**
 * A class, for V8 counts how long objects live that a literal makes, and makes those of later calls in its old space
 * where the first ones lived long. A dead one there keeps all that its call referred to, until a full collection.
 */
class Control implements CallControl {
  readonly deadlineAt: number;
  canceledBy: CallControl['canceledBy'] = undefined;
  waitsFor: Cancelable | undefined = undefined;
  place: (() => void) | undefined = undefined;
  readonly holds: unknown;

  constructor(deadlineAt: number, holds: unknown) {
    this.deadlineAt = deadlineAt;
    this.holds = holds;
  }
}

/** @param holds the call's arguments, for {@link CallControl.holds} */
export function createCallControl(deadlineAt: number, holds?: unknown): CallControl {
  return new Control(deadlineAt, holds);
}

/** Cancels the call wherever it stands. A second time, or after its end, nothing happens. */
export function cancelCall(control: CallControl, by: 'caller' | 'gateway' = 'caller'): void {
  control.canceledBy ??= by;
  const { waitsFor } = control;
  control.waitsFor = undefined;
  waitsFor?.cancel();
}

/** Gives back the place in the pool that the call has kept for its answer. Nothing happens where it has none. */
export function freePlace(control: CallControl): void {
  const { place } = control;
  control.place = undefined;
  place?.();
}
