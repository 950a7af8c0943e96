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
}

export function createCallControl(deadlineAt: number): CallControl {
  return { deadlineAt, canceledBy: undefined, waitsFor: undefined };
}

/** Cancels the call wherever it stands. A second time, or after its end, nothing happens. */
export function cancelCall(control: CallControl, by: 'caller' | 'gateway' = 'caller'): void {
  control.canceledBy ??= by;
  const { waitsFor } = control;
  control.waitsFor = undefined;
  waitsFor?.cancel();
}
