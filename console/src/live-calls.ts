import { signal } from '@preact/signals';
import type { LiveCall } from '../../dist/status/live-calls.js';

/** How many calls the page Live keeps. */
const KEPT = 500;

/** The last calls, the newest first. */
export const liveCalls = signal<readonly LiveCall[]>([]);
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
  liveCalls.value = [...calls.toReversed(), ...liveCalls.value].slice(0, KEPT);
  droppedCalls.value += dropped;
}
