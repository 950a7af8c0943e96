import { addEntry, deleteEntry, type Entry, findEntry, type HashEntries } from './hash-entries.js';
import { createUriHash, type UriHash } from './uri-hash.js';

/** Components that a wildcard pattern may have: which of them are named fits into 32 bits. */
export const MOST_COMPONENTS = 32;

/**
 * A map from wildcard patterns: URIs with empty components, each of which stands for any one
 * component.
 *
 * The shape of a pattern is how many components it has and which of them are named. A search hashes
 * the URI's components, and looks once into each shape of as many components: it costs one pass
 * over the URI, and for each of those shapes 32 additions and one look-up at most, however many
 * patterns there are. Nothing of it grows with anything else, so a limit of shapes bounds it: 256
 * shapes take some tens of microseconds (`npm run bench:micro`). The pattern that is found in a
 * shape, which is one at most, is compared with the URI.
 */
export interface WildcardIndex<T> {
  get(pattern: string): T | undefined;
  set(pattern: string, value: T): void;
  delete(pattern: string): void;
  /**
   * The value of the best pattern that matches: component by component from the left, one that
   * names the component is better than one that leaves it open. This is the order which WAMP's
   * examples of pattern-based registrations have.
   */
  best(uri: string): T | undefined;
  /** Adds the values of all patterns that match to `found`, of the best first. */
  collect(uri: string, found: T[]): void;
  /** True where a pattern has the shape of this one. */
  hasShapeOf(pattern: string): boolean;
  /** How many shapes there are. */
  readonly shapes: number;
}

/** The patterns that name the same components. */
interface Shape<T> {
  /** The components that are named; the first one is the highest bit. */
  readonly mask: number;
  /** The same, one after the other. */
  readonly named: readonly number[];
  readonly patterns: HashEntries<T>;
}

const DOT = 0x2e;
const NO_SHAPES: readonly never[] = [];

export function createWildcardIndex<T>(hash: UriHash = createUriHash(MOST_COMPONENTS)): WildcardIndex<T> {
  const { factors, places } = hash;
  /** By their number of components, those of the best patterns first. */
  const byComponents: Shape<T>[][] = [];
  let shapes = 0;

  // What the last pass over a URI or pattern found.
  const hashes = new Int32Array(MOST_COMPONENTS);
  let components = 0;
  let mask = 0;

  /** Hashes each component. Where there are more than a pattern may have, `components` is none. */
  function read(text: string): void {
    let count = 0;
    let named = 0;
    let sum = 0;
    let place = 0;
    components = 0;
    for (let at = 0; at <= text.length; at++) {
      const unit = at < text.length ? text.charCodeAt(at) : DOT;
      if (unit !== DOT) {
        sum = (sum + Math.imul(factors[place++] as number, unit)) | 0;
        continue;
      }
      if (count === MOST_COMPONENTS) return;
      if (place > 0) named |= 1 << (31 - count);
      sum = (sum + (factors[place] as number)) | 0;
      // The high bits are the better ones.
      hashes[count] = Math.imul(sum ^ (sum >>> 15), places[count] as number);
      count++;
      sum = 0;
      place = 0;
    }
    components = count;
    mask = named;
  }

  function hashIn({ named }: Shape<T>): number {
    let sum = 0;
    for (let index = 0; index < named.length; index++) {
      sum = (sum + (hashes[named[index] as number] as number)) | 0;
    }
    return sum;
  }

  /** The shape of what was read. */
  function knownShape(): Shape<T> | undefined {
    return byComponents[components]?.find((shape) => shape.mask === mask);
  }

  function newShape(): Shape<T> {
    const named = [...hashes.keys()].filter((index) => mask & (1 << (31 - index)));
    const shape: Shape<T> = { mask, named, patterns: new Map() };
    const list = byComponents[components] ?? [];
    byComponents[components] = list;
    const worse = list.findIndex((other) => other.mask >>> 0 < mask >>> 0);
    list.splice(worse === -1 ? list.length : worse, 0, shape);
    shapes++;
    return shape;
  }

  function entryOf(pattern: string): Entry<T> | undefined {
    read(pattern);
    const shape = knownShape();
    return shape && findEntry(shape.patterns, hashIn(shape), pattern);
  }

  /** The pattern of a shape that matches the URI which was read; there is one at most. */
  function match(shape: Shape<T>, uri: string): Entry<T> | undefined {
    let entry = shape.patterns.get(hashIn(shape));
    while (entry !== undefined && !matches(entry.key, uri)) entry = entry.next;
    return entry;
  }

  return {
    get: (pattern) => entryOf(pattern)?.value,
    set(pattern, value) {
      const known = entryOf(pattern);
      if (known !== undefined) {
        known.value = value;
        return;
      }
      const shape = knownShape() ?? newShape();
      addEntry(shape.patterns, hashIn(shape), pattern, value);
    },
    delete(pattern) {
      read(pattern);
      const shape = knownShape();
      if (shape === undefined || !deleteEntry(shape.patterns, hashIn(shape), pattern)) return;
      if (shape.patterns.size > 0) return;
      const list = byComponents[components] as Shape<T>[];
      list.splice(list.indexOf(shape), 1);
      shapes--;
    },
    best(uri) {
      if (shapes === 0) return undefined;
      read(uri);
      for (const shape of byComponents[components] ?? NO_SHAPES) {
        const entry = match(shape, uri);
        if (entry !== undefined) return entry.value;
      }
      return undefined;
    },
    collect(uri, found) {
      if (shapes === 0) return;
      read(uri);
      for (const shape of byComponents[components] ?? NO_SHAPES) {
        const entry = match(shape, uri);
        if (entry !== undefined) found.push(entry.value);
      }
    },
    hasShapeOf(pattern) {
      read(pattern);
      return knownShape() !== undefined;
    },
    get shapes() {
      return shapes;
    },
  };
}

/** Whether a URI has the components that a wildcard pattern names, and as many. */
export function matches(pattern: string, uri: string): boolean {
  let at = 0;
  let start = 0;
  for (;;) {
    const patternEnd = endOfComponent(pattern, at);
    const end = endOfComponent(uri, start);
    // By slices, which the runtime compares as a block: a loop over characters takes thirty times
    // as long.
    if (patternEnd > at && pattern.slice(at, patternEnd) !== uri.slice(start, end)) return false;
    const isLast = patternEnd === pattern.length;
    if (isLast || end === uri.length) return isLast && end === uri.length;
    at = patternEnd + 1;
    start = end + 1;
  }
}

/** Where the component ends that begins here. */
function endOfComponent(uri: string, start: number): number {
  const end = uri.indexOf('.', start);
  return end === -1 ? uri.length : end;
}
