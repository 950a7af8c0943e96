/** The upper limits of the classes, in seconds. The classes are those of Bondy. */
export const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] as const;

const LIMITS_MS = Float64Array.from(BUCKETS, (seconds) => seconds * 1000);

/** Durations, counted in classes. */
export interface Durations {
  /** One count for each of {@link BUCKETS}, and one for longer durations. Not cumulative. */
  readonly counts: Float64Array;
  sumMs: number;
}

export const noDurations = (): Durations => ({ counts: new Float64Array(BUCKETS.length + 1), sumMs: 0 });

/** Counts one duration, in milliseconds. */
export function addDuration(durations: Durations, ms: number): void {
  let place = 0;
  while (place < LIMITS_MS.length && ms > (LIMITS_MS[place] as number)) place++;
  durations.counts[place] = (durations.counts[place] as number) + 1;
  durations.sumMs += ms;
}
