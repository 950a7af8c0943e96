import type { Clock } from '../clock.js';
import type { BreakerState } from '../observe/observer.js';

/** What the end of a call says about the upstream. Undefined if it says nothing. */
export type Verdict = 'success' | 'failure' | undefined;

/** Permission for one call. It is valid until the breaker changes its state. */
export interface Pass {
  readonly kind: 'pass';
}

export interface NoPass {
  readonly kind: 'no_pass';
  /** Milliseconds until the next trial. 0 if a trial is running. */
  readonly retryAfterMs: number;
}

export interface BreakerOptions {
  /** The breaker judges the calls that ended within this time. */
  readonly windowMs: number;
  /** The breaker stays closed if fewer calls ended within the window. */
  readonly minimumCalls: number;
  /** The percentage of failed calls at which the breaker opens. */
  readonly failureRatio: number;
  /** Milliseconds from opening to the first trial. Each failed trial doubles them. */
  readonly openMs: number;
}

/** How many calls of a window ended, and how many of them failed. */
export interface WindowCounts {
  readonly calls: number;
  readonly failures: number;
}

export interface BreakerParts {
  readonly clock: Clock;
  /** @param counts the calls that were judged, if they opened a closed breaker */
  readonly onChange: (to: BreakerState, from: BreakerState, counts: WindowCounts | undefined) => void;
}

/** Stops the calls to an upstream while most of them fail. */
export interface CircuitBreaker {
  /** Asks for permission directly before a call is sent. */
  admit(): Pass | NoPass;
  /** Must be called when an admitted call has ended, whatever its end. */
  ended(pass: Pass, verdict: Verdict): void;
  /** Closes the breaker and forgets all calls. For an upstream with a new address. */
  reset(): void;
  readonly state: BreakerState;
  /**
   * Closes the breaker without a report, because another one takes over.
   *
   * @returns what the other one must know. Undefined if the breaker was closed
   */
  handOver(): OpenBreaker | undefined;
  /** Opens the breaker without a report, as the one before it was. */
  takeOver(before: OpenBreaker): void;
}

/** A breaker that is not closed. */
export interface OpenBreaker {
  /** The present time from opening to the next trial, in milliseconds. */
  readonly openMs: number;
  /** The earliest time of the next trial, in monotonic milliseconds. */
  readonly opensUntil: number;
}

/** The maximum time between two trials, unless `openMs` is longer. */
export const MAX_OPEN_MS = 5 * 60_000;

export function createCircuitBreaker(
  options: BreakerOptions,
  { clock, onChange }: BreakerParts,
): CircuitBreaker {
  const { minimumCalls, failureRatio } = options;
  const window = createWindow(options.windowMs);
  let state: BreakerState = 'closed';
  /**
   * The only pass that is valid. Calls that were admitted before the last change of the state have
   * another one, and their verdicts do not count. Undefined if the next call would be the trial, or
   * if no call passes.
   */
  let valid: Pass | undefined = newPass();
  let openMs = options.openMs;
  let opensUntil = 0;

  function change(to: BreakerState, counts?: WindowCounts): void {
    const from = state;
    state = to;
    valid = to === 'closed' ? newPass() : undefined;
    if (to === 'closed') {
      openMs = options.openMs;
      window.clear();
    }
    if (to === 'open') opensUntil = clock.monotonic() + openMs;
    if (to !== from) onChange(to, from, counts);
  }

  function judgeTrial(verdict: Verdict): void {
    // Without a verdict, the next call is the trial.
    valid = undefined;
    if (verdict === 'success') change('closed');
    if (verdict === 'failure') {
      openMs = Math.max(openMs, Math.min(openMs * 2, MAX_OPEN_MS));
      change('open');
    }
  }

  function count(verdict: 'success' | 'failure'): void {
    const counts = window.add(verdict === 'failure', clock.monotonic());
    const { calls, failures } = counts;
    // A success counts here too: it can be the call that makes the minimum.
    if (calls >= minimumCalls && failures * 100 >= failureRatio * calls) change('open', counts);
  }

  return {
    admit() {
      if (state === 'closed') return valid as Pass;
      if (state === 'open') {
        const retryAfterMs = opensUntil - clock.monotonic();
        if (retryAfterMs > 0) return { kind: 'no_pass', retryAfterMs };
        change('half_open');
      }
      if (valid !== undefined) return TRIAL_RUNS;
      valid = newPass();
      return valid;
    },

    ended(pass, verdict) {
      if (pass !== valid) return;
      if (state === 'half_open') judgeTrial(verdict);
      else if (verdict !== undefined) count(verdict);
    },

    reset: () => change('closed'),

    get state() {
      return state;
    },

    handOver() {
      if (state === 'closed') return undefined;
      const before = { openMs, opensUntil };
      [state, valid] = ['closed', newPass()];
      return before;
    },

    takeOver(before) {
      [state, valid] = ['open', undefined];
      openMs = Math.max(options.openMs, before.openMs);
      opensUntil = before.opensUntil;
    },
  };
}

const TRIAL_RUNS: NoPass = { kind: 'no_pass', retryAfterMs: 0 };

/** A pass is told apart by its identity. */
function newPass(): Pass {
  return { kind: 'pass' };
}

/** The window moves in steps of one tenth, so that it needs no memory for each call. */
const STEPS = 10;

/** Counts the calls of the last `ms` milliseconds. */
function createWindow(ms: number) {
  const stepMs = ms / STEPS;
  const calls: number[] = new Array(STEPS).fill(0);
  const failures: number[] = new Array(STEPS).fill(0);
  let step = 0;

  function clear(): void {
    calls.fill(0);
    failures.fill(0);
  }

  function moveTo(next: number): void {
    if (next - step >= STEPS) clear();
    else {
      for (let passed = step + 1; passed <= next; passed++) {
        calls[passed % STEPS] = 0;
        failures[passed % STEPS] = 0;
      }
    }
    step = next;
  }

  return {
    clear,
    add(isFailure: boolean, now: number): WindowCounts {
      moveTo(Math.floor(now / stepMs));
      const at = step % STEPS;
      calls[at] = (calls[at] as number) + 1;
      if (isFailure) failures[at] = (failures[at] as number) + 1;
      return { calls: sum(calls), failures: sum(failures) };
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
