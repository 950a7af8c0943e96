import type { Clock } from '../clock.js';
import type { CallControl } from './call-control.js';

/** Lets a call wait. The wait ends early when the call is cancelled. */
export function pauseCall(ms: number, control: CallControl, clock: Clock): Promise<void> {
  if (control.canceledBy !== undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      stopTimer();
      control.waitsFor = undefined;
      resolve();
    };
    const stopTimer = clock.after(ms, end);
    control.waitsFor = { cancel: end };
  });
}
