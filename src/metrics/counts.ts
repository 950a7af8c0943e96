/** The label value of everything that is neither in the configuration nor in a fixed list. */
export const OTHER = '_other';

/** A number, and the label values of its series. */
export interface Sample {
  readonly labels: readonly string[];
  readonly value: number;
}

/**
 * Counts what happens to the parts of a gateway: to its services, realms or listeners. Each part has
 * one count for each kind of event.
 */
export interface Counts<Kind extends string> {
  /** Counts one event. An unknown part, or an unknown kind, counts as {@link OTHER}. */
  add(part: string, kind: Kind): void;
  /**
   * Sets the known parts. A new one starts with 0, a known one keeps its counts, and the counts of
   * all others are forgotten.
   */
  setParts(parts: readonly string[]): void;
  /**
   * All counts. The labels are the part and the kind, or only the part if there is just one kind.
   * {@link OTHER} is there only after it was needed.
   */
  samples(): Sample[];
}

/** Creates counts for a fixed list of kinds. Give one kind if the kind does not matter. */
export function createCounts<Kind extends string>(kinds: readonly Kind[]): Counts<Kind> {
  const places = new Map<string, number>(kinds.map((kind, place) => [kind, place]));
  const newRow = () => new Float64Array(kinds.length + 1);
  const others = newRow();
  let rows = new Map<string, Float64Array>();

  function samplesOf(part: string, row: Float64Array): Sample[] {
    if (kinds.length === 1) return [{ labels: [part], value: row[0] as number }];
    const samples: Sample[] = kinds.map((kind, place) => ({
      labels: [part, kind],
      value: row[place] as number,
    }));
    const other = row[kinds.length] as number;
    return other > 0 ? [...samples, { labels: [part, OTHER], value: other }] : samples;
  }

  return {
    add(part, kind) {
      const row = rows.get(part) ?? others;
      const place = places.get(kind) ?? kinds.length;
      row[place] = (row[place] as number) + 1;
    },
    setParts(parts) {
      rows = new Map(parts.map((part) => [part, rows.get(part) ?? newRow()]));
    },
    samples() {
      const known = [...rows].flatMap(([part, row]) => samplesOf(part, row));
      return others.some((count) => count > 0) ? [...known, ...samplesOf(OTHER, others)] : known;
    },
  };
}
