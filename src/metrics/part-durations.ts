import { OTHER } from './counts.js';
import { addDuration, type Durations, noDurations } from './durations.js';

/** The durations of one service. */
export interface OfPart {
  readonly part: string;
  readonly durations: Durations;
}

/** Counts durations for each service. */
export interface PartDurations {
  add(part: string, ms: number): void;
  /** Sets the known services. A known one keeps its counts. Those of all others are forgotten. */
  setParts(parts: readonly string[]): void;
  /** `_other` is among them only after it was needed. */
  all(): readonly OfPart[];
}

export function createPartDurations(): PartDurations {
  const other = noDurations();
  let rows = new Map<string, Durations>();
  return {
    add: (part, ms) => addDuration(rows.get(part) ?? other, ms),
    setParts(parts) {
      rows = new Map(parts.map((part) => [part, rows.get(part) ?? noDurations()]));
    },
    all() {
      const known = [...rows].map(([part, durations]) => ({ part, durations }));
      return other.counts.some((count) => count > 0) ? [...known, { part: OTHER, durations: other }] : known;
    },
  };
}
