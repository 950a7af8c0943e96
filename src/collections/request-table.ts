/** Initial slots: enough for a session with a few requests at a time. */
const FIRST_PLACES = 8;

/** About 256 times the fraction of the golden ratio. Its multiples are far apart. */
const SPREADING = 0xb1;

/** This number is even, so that an odd factor XOR this number is another odd factor. */
const SECOND = 0x85ebca6a;
const THIRD = 0xc2b2ae34;

const LARGEST_INT32 = 0x7fffffff;

/** A table with more slots than these frees its memory when it becomes empty. */
const KEPT_PLACES = 1024;

/**
 * A table of pending requests by request ID: calls that wait for a result, or running invocations.
 *
 * It replaces a Map. If IDs come and go all the time, a Map rebuilds its table every hundred IDs.
 * In V8, each old table points to the next one, for iterators. Once one table is in the old space,
 * V8 keeps all later tables with their entries until a full collection. This costs 600 bytes per
 * call of the gateway.
 *
 * It uses open addressing with linear probing. An entry is in its home slot, or in the next free
 * slot after it. The IDs of a session are consecutive (WAMP, "IDs"). The lowest bits of the ID are
 * multiplied by an odd factor. So consecutive IDs have different home slots, and these slots are
 * not adjacent. Adjacent slots would form long runs, which make `delete` slow. A hash of the higher
 * bits separates IDs with equal lowest bits. If clients choose the IDs, the factor is secret, so
 * that clients cannot choose IDs that collide.
 */
export class RequestTable<T extends object> {
  private ids: number[] = [];
  private entries: (T | undefined)[] = [];
  private mask = -1;
  /** Bits of `mask`. */
  private bits = 0;
  private count = 0;
  /** An odd number. Small tables use only its lowest bits, but collisions in them are harmless. */
  private readonly factor: number;
  private readonly second: number;

  /** @param secret 24 bits. If clients choose the IDs, the bits must come from a secure source. */
  constructor(secret = 0x9e3779) {
    this.factor = (secret << 8) | SPREADING;
    this.second = this.factor ^ SECOND;
  }

  get size(): number {
    return this.count;
  }

  has(id: number): boolean {
    return this.placeOf(id) >= 0;
  }

  get(id: number): T | undefined {
    const place = this.placeOf(id);
    return place < 0 ? undefined : this.entries[place];
  }

  set(id: number, entry: T): void {
    const place = this.placeOf(id);
    if (place >= 0) {
      this.entries[place] = entry;
      return;
    }
    // Keeps the table at most half full, so that a search for an absent ID ends soon.
    if (2 * (this.count + 1) > this.entries.length) this.grow();
    this.put(id, entry);
    this.count++;
  }

  /** @returns whether there was such an entry */
  delete(id: number): boolean {
    const { ids, entries, mask } = this;
    let hole = this.placeOf(id);
    if (hole < 0) return false;
    this.count--;
    entries[hole] = undefined;
    // Moves up later entries that are not in their home slot. Otherwise a search for them would end
    // at the hole.
    for (let place = (hole + 1) & mask; entries[place] !== undefined; place = (place + 1) & mask) {
      const home = this.homeOf(ids[place] as number);
      if (((place - home) & mask) < ((place - hole) & mask)) continue;
      ids[hole] = ids[place] as number;
      entries[hole] = entries[place];
      entries[place] = undefined;
      hole = place;
    }
    if (this.count === 0 && entries.length > KEPT_PLACES) this.become(0);
    return true;
  }

  /** A snapshot of the IDs in ascending order. */
  keys(): readonly number[] {
    return this.places().map((place) => this.ids[place] as number);
  }

  /**
   * A snapshot of the entries in the order of their IDs. It does no lookups, because collisions
   * make them slow.
   */
  values(): readonly T[] {
    return this.places().map((place) => this.entries[place] as T);
  }

  /** The occupied slots, in the order of their IDs. */
  private places(): readonly number[] {
    const { ids, entries } = this;
    const taken = [...entries.keys()].filter((place) => entries[place] !== undefined);
    return taken.sort((a, b) => (ids[a] as number) - (ids[b] as number));
  }

  private homeOf(id: number): number {
    const { mask, factor } = this;
    const low = Math.imul(id, factor);
    if (id <= mask) return low & mask;
    const mixed = id <= LARGEST_INT32 ? Math.imul(id >>> this.bits, this.second) : this.mixLarge(id);
    return (low ^ (Math.imul(mixed ^ (mixed >>> 15), factor) >>> 12)) & mask;
  }

  /** Mixes IDs of up to 53 bits. `imul` and shifts use only the lowest 32 bits. */
  private mixLarge(id: number): number {
    const rest = Math.floor(id / (this.mask + 1));
    return Math.imul(rest, this.second) + Math.imul(rest / 2 ** 32, this.factor ^ THIRD);
  }

  private placeOf(id: number): number {
    const { ids, entries, mask } = this;
    if (this.count === 0) return -1;
    for (let place = this.homeOf(id); entries[place] !== undefined; place = (place + 1) & mask) {
      if (ids[place] === id) return place;
    }
    return -1;
  }

  private put(id: number, entry: T): void {
    const { entries, mask } = this;
    let place = this.homeOf(id);
    while (entries[place] !== undefined) place = (place + 1) & mask;
    this.ids[place] = id;
    entries[place] = entry;
  }

  private grow(): void {
    const { ids, entries } = this;
    this.become(Math.max(FIRST_PLACES, entries.length * 2));
    for (const [place, entry] of entries.entries()) {
      if (entry !== undefined) this.put(ids[place] as number, entry);
    }
  }

  /** Replaces the arrays by empty ones. @param places number of slots: a power of two, or 0 */
  private become(places: number): void {
    this.ids = new Array<number>(places).fill(0);
    this.entries = new Array<T | undefined>(places).fill(undefined);
    this.mask = places - 1;
    this.bits = 32 - Math.clz32(this.mask);
  }
}
