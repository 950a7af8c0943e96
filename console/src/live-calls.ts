import { signal } from '@preact/signals';
import type { LiveCall } from '../../dist/status/live-calls.js';

/** How many calls the page Live keeps. */
const KEPT = 500;

/** A call with a number, so that its row on the page stays the same row when newer calls come. */
export interface NumberedCall {
  readonly number: number;
  readonly call: LiveCall;
}

/** The last calls, the newest first. */
export const liveCalls = signal<readonly NumberedCall[]>([]);
/** How many calls were too many to be sent. */
export const droppedCalls = signal(0);
/** While true, the list does not change. */
export const isFrozen = signal(false);

export function takeCalls({
  calls,
  dropped,
}: {
  readonly calls: readonly LiveCall[];
  readonly dropped: number;
}): void {
  if (isFrozen.value) return;
  let number = liveCalls.value[0]?.number ?? 0;
  const fresh = calls.map((call) => ({ number: ++number, call }));
  liveCalls.value = [...fresh.reverse(), ...liveCalls.value].slice(0, KEPT);
  droppedCalls.value += dropped;
}
