/** Counts things by key. A key whose count is 0 takes no memory. */
export class Tally {
  private readonly counts = new Map<unknown, number>();

  /** The number of different keys. */
  get size(): number {
    return this.counts.size;
  }

  of(key: unknown): number {
    return this.counts.get(key) ?? 0;
  }

  add(key: unknown): void {
    this.counts.set(key, this.of(key) + 1);
  }

  /** Call it once for each `add` with the same key. */
  remove(key: unknown): void {
    const count = this.of(key) - 1;
    if (count > 0) this.counts.set(key, count);
    else this.counts.delete(key);
  }
}
