/**
 * Gives names to procedures for the keys `procedures.NAME.*`. A name is the id of its operation, with
 * `_` for what names cannot hold.
 *
 * @param taken ids of all operations. A key with the id of another operation would belong to that one
 */
export function createProcedureNames(taken: readonly string[]): (id: string) => string {
  const ids = new Set(taken);
  /** The ids up to each of their dots: `a` and `a.b` of `a.b.c`. */
  const starts = new Set(
    taken.flatMap((id) => [...id.matchAll(/\./g)].map(({ index }) => id.slice(0, index))),
  );
  const used = new Set<string>();
  /** The last number after a name, so that many equal names cost no search. */
  const counts = new Map<string, number>();
  return (id) => {
    const base = id.replace(/[^A-Za-z0-9_-]/g, '_');
    const isFree = (name: string) => !used.has(name) && !starts.has(name) && (name === id || !ids.has(name));
    let name = base;
    let count = counts.get(base) ?? 1;
    while (!isFree(name)) name = `${base}_${++count}`;
    counts.set(base, count);
    used.add(name);
    return name;
  };
}
