import type { Clock } from '../../clock.js';
import { type CallControl, cancelCall, createCallControl } from '../../upstream/call-control.js';
import type { Kwargs } from '../pipeline/call.js';
import type { CallableProcedure } from '../service.js';
import { TRIAL_CALLER } from './trial-caller.js';
import { type EndedTrial, endedTrial } from './trial-result.js';

/** Maximum calls at a time. */
const MAX_TRIALS = 20;

/** A call that an operator tries. */
export interface RunningTrial {
  readonly kind: 'running';
  /** Milliseconds after which it ends in any case. */
  readonly deadlineMs: number;
  /** It never rejects. */
  readonly ended: Promise<EndedTrial>;
  /** Ends the call with `canceled`, as if its caller had cancelled it. */
  cancel(): void;
}

/** Calls procedures for operators. The calls pass no router, so no grants bind them. */
export interface TrialCalls {
  begin(procedure: CallableProcedure, kwargs: Kwargs): RunningTrial | { readonly kind: 'busy' };
  /**
   * Resolves when all calls have ended.
   *
   * @param graceMs milliseconds after which they are cancelled
   */
  drain(graceMs: number): Promise<void>;
  /** The number of calls so far. */
  readonly callCount: number;
}

export interface TrialCallsDeps {
  readonly clock: Clock;
  /** Whether the gateway is stopping. New calls then end with the error `down`. */
  readonly isDraining: () => boolean;
}

export function createTrialCalls({ clock, isDraining }: TrialCallsDeps): TrialCalls {
  const running = new Map<CallControl, Promise<unknown>>();
  let callCount = 0;

  async function run(
    procedure: CallableProcedure,
    kwargs: Kwargs,
    control: CallControl,
  ): Promise<EndedTrial> {
    const startedAt = clock.monotonic();
    let attempts = 0;
    try {
      const reply = await procedure.pipeline({
        args: [],
        kwargs,
        caller: { ...TRIAL_CALLER, realm: procedure.config.settings.realm },
        control,
        startedAt,
        pack: undefined,
        draining: isDraining(),
        callerTrace: undefined,
        onResponse(made) {
          attempts = made;
        },
      });
      return endedTrial(reply, { durationMs: clock.monotonic() - startedAt, attempts });
    } finally {
      running.delete(control);
    }
  }

  return {
    begin(procedure, kwargs) {
      if (running.size >= MAX_TRIALS) return { kind: 'busy' };
      callCount++;
      const { deadlineMs } = procedure;
      const { realm } = procedure.config.settings;
      const caller = { ...TRIAL_CALLER, realm };
      const control = createCallControl(clock.monotonic() + deadlineMs, kwargs, caller);
      const ended = run(procedure, kwargs, control);
      running.set(control, ended);
      return { kind: 'running', deadlineMs, ended, cancel: () => cancelCall(control) };
    },
    async drain(graceMs) {
      const stopTimer = clock.after(graceMs, () => {
        for (const control of running.keys()) cancelCall(control, 'gateway');
      });
      await Promise.all(running.values());
      stopTimer();
    },
    get callCount() {
      return callCount;
    },
  };
}
