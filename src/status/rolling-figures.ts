import type { CallFigures } from './service-status.js';

/**
 * The limits of the duration classes grow by this factor, so that a percentile is accurate to about
 * 10 %.
 */
const GROWTH = 1.2;
/** Durations below this are all in the first class, in milliseconds. */
const SHORTEST_MS = 0.1;
/** The last class has all durations of more than about an hour. */
const CLASSES = 97;
const PER_LOG = 1 / Math.log(GROWTH);

/** The calls that ended within one step of a window. */
interface Step {
  /** The number of the step since the start of the clock. */
  at: number;
  calls: number;
  errors: number;
  readonly classes: Uint32Array;
}

/** Counts the calls of the last minute or hour. */
export interface RollingFigures {
  /**
   * Counts a call that has ended.
   *
   * @param durationClass from {@link durationClassOf}
   * @param now monotonic milliseconds
   */
  add(durationClass: number, isError: boolean, now: number): void;
  figures(now: number): CallFigures;
}

/**
 * Creates figures for a window that moves in steps. They need no memory for each call, and none
 * before the first call.
 *
 * @param stepMs milliseconds of one step
 * @param steps how many steps the window has, including the current one
 */
export function createRollingFigures(stepMs: number, steps: number): RollingFigures {
  const ring: (Step | undefined)[] = new Array(steps).fill(undefined);

  function stepFor(at: number): Step {
    const place = at % steps;
    let step = ring[place];
    if (step === undefined) {
      step = { at, calls: 0, errors: 0, classes: new Uint32Array(CLASSES) };
      ring[place] = step;
    } else if (step.at !== at) {
      step.at = at;
      step.calls = 0;
      step.errors = 0;
      step.classes.fill(0);
    }
    return step;
  }

  return {
    add(durationClass, isError, now) {
      const step = stepFor(Math.floor(now / stepMs));
      step.calls++;
      if (isError) step.errors++;
      step.classes[durationClass] = (step.classes[durationClass] as number) + 1;
    },

    figures(now) {
      const oldest = Math.floor(now / stepMs) - steps;
      const current = ring.filter((step) => step !== undefined && step.at > oldest) as Step[];
      const calls = sum(current, (step) => step.calls);
      const errors = sum(current, (step) => step.errors);
      const classes = mergeClasses(current);
      const percentile = (share: number) => percentileOf(classes, Math.ceil(calls * share));
      return {
        calls,
        errors,
        error_ratio: calls === 0 ? 0 : round(errors / calls),
        p50_ms: percentile(0.5),
        p99_ms: percentile(0.99),
      };
    },
  };
}

/** The class of a duration. It is computed once for all figures that count a call. */
export function durationClassOf(durationMs: number): number {
  if (!(durationMs > SHORTEST_MS)) return 0;
  return Math.min(CLASSES - 1, Math.ceil(Math.log(durationMs / SHORTEST_MS) * PER_LOG));
}

/** Plain loops, because one page of the console asks for the figures of thousands of procedures. */
function mergeClasses(steps: readonly Step[]): Float64Array {
  const merged = new Float64Array(CLASSES);
  for (const { classes } of steps)
    for (let index = 0; index < CLASSES; index++)
      merged[index] = (merged[index] as number) + (classes[index] as number);
  return merged;
}

/** Returns the middle of the class of the call with this rank. */
function percentileOf(classes: Float64Array, rank: number): number | null {
  if (rank === 0) return null;
  let below = 0;
  for (let index = 0; index < CLASSES; index++) {
    below += classes[index] as number;
    if (below >= rank) return round(SHORTEST_MS * GROWTH ** (index - (index === 0 ? 0 : 0.5)));
  }
  return null;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

const round = (value: number): number => Number(value.toPrecision(3));
