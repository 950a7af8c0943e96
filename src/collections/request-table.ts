/** Places of a table's first arrays: a session with a few requests at a time needs no more. */
const FIRST_PLACES = 8;

/** The golden ratio of 256, roughly: multiples of it lie far apart. */
const SPREADING = 0xb1;

/** Even, so that an odd factor becomes two others. */
const SECOND = 0x85ebca6a;
const THIRD = 0xc2b2ae34;

/** An empty table gives back the memory of more than these. */
const KEPT_PLACES = 1024;

/**
 * What is open under request IDs: calls that wait for an answer, invocations that run.
 *
 * Not a Map: one that IDs enter and leave without end is rebuilt every hundred of them, and V8 has each of its old tables
 * point to the next, for iterators. As soon as one of them is in the old space, every later one is kept and moved there, with
 * all that was open at the time, until a full collection: 600 bytes for each call of the gateway.
 *
 * Open addressing: an entry stands at its own place, or at the next free one after that (linear probing). IDs of one session
 * follow each other (WAMP, "IDs"): the lowest bits of the ID, multiplied by an odd number, are a place of its own for each of
 * as many as the table has places, and no long row of them, which `delete` would go through. IDs that agree in these bits are
 * told apart by a hash of the others. The factors are secret where a client chooses the IDs: it cannot choose them to collide.
 */
export class RequestTable<T extends object> {
  private ids: number[] = [];
  private entries: (T | undefined)[] = [];
  private mask = -1;
  private count = 0;
  /** Odd. Its lowest bits alone count in small tables, where IDs that collide do no harm. */
  private readonly factor: number;

  /** @param secret of 24 bits, from a secure source where others choose the IDs */
  constructor(secret = 0x9e3779) {
    this.factor = (secret << 8) | SPREADING;
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
    // At most half full, so that a search for what is not there ends soon.
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
    // Those behind it that stand away from their own place move up, or a search for them would end at the hole.
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

  /** The IDs of this moment, in their order; the table may change while somebody goes through them. */
  keys(): readonly number[] {
    return this.places().map((place) => this.ids[place] as number);
  }

  /** The entries of this moment, in the order of their IDs. None is looked up: where IDs collide, all together take too long. */
  values(): readonly T[] {
    return this.places().map((place) => this.entries[place] as T);
  }

  /** Those that are taken, in the order of their IDs. */
  private places(): readonly number[] {
    const { ids, entries } = this;
    const taken = [...entries.keys()].filter((place) => entries[place] !== undefined);
    return taken.sort((a, b) => (ids[a] as number) - (ids[b] as number));
  }

  private homeOf(id: number): number {
    const { mask, factor } = this;
    const low = Math.imul(id, factor);
    if (id <= mask) return low & mask;
    // What is left of an ID of 53 bits may have more than 32, of which `imul` takes the lowest.
    const rest = Math.floor(id / (mask + 1));
    const mixed = Math.imul(rest, factor ^ SECOND) + Math.imul(rest / 2 ** 32, factor ^ THIRD);
    return (low ^ (Math.imul(mixed ^ (mixed >>> 15), factor) >>> 12)) & mask;
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

  /** Empties it. @param places a power of two, or 0 */
  private become(places: number): void {
    this.ids = new Array<number>(places).fill(0);
    this.entries = new Array<T | undefined>(places).fill(undefined);
    this.mask = places - 1;
  }
}
