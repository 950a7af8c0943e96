import { addEntry, deleteEntry, type Entry, findEntry, type HashEntries } from './hash-entries.js';
import { createUriHash, type UriHash } from './uri-hash.js';

/**
 * The maximum number of components of a wildcard pattern. A 32-bit mask records which of them are
 * named.
 */
export const MAX_COMPONENTS = 32;

/**
 * A map whose keys are wildcard patterns. A wildcard pattern is a URI with empty components. Each
 * empty component matches any one component.
 *
 * The shape of a pattern is its number of components and the positions of the named ones. A search
 * hashes the components of the URI once. Then it does one lookup in each shape with the same number
 * of components, with at most 32 additions each. The number of patterns does not matter. So a limit
 * on the number of shapes bounds the search: 256 shapes take some tens of microseconds (`npm run
 * bench:micro`). In each shape at most one pattern matches. The search compares this pattern with
 * the URI.
 */
export interface WildcardIndex<T> {
  get(pattern: string): T | undefined;
  set(pattern: string, value: T): void;
  delete(pattern: string): void;
  /**
   * Returns the value of the best matching pattern. Patterns are compared component by component
   * from the left. A pattern that names a component is better than one that leaves it empty. WAMP's
   * examples of pattern-based registrations use this order.
   */
  best(uri: string): T | undefined;
  /** Adds the values of all patterns that match to `found`, best pattern first. */
  collect(uri: string, found: T[]): void;
  /** True if a pattern with the same shape exists. */
  hasShapeOf(pattern: string): boolean;
  /** The number of shapes. */
  readonly shapes: number;
}

/** The patterns that name the same components. */
interface Shape<T> {
  /** The named components as bits. The first component is the highest bit. */
  readonly mask: number;
  /** The indexes of the named components. */
  readonly named: readonly number[];
  readonly patterns: HashEntries<T>;
}

const DOT = 0x2e;
const NO_SHAPES: readonly never[] = [];

export function createWildcardIndex<T>(hash: UriHash = createUriHash(MAX_COMPONENTS)): WildcardIndex<T> {
  const { factors, places } = hash;
  /** Shapes by number of components, best first. */
  const byComponents: Shape<T>[][] = [];
  let shapes = 0;

  // The results of the last pass over a URI or pattern.
  const hashes = new Int32Array(MAX_COMPONENTS);
  let components = 0;
  let mask = 0;

  /**
   * Hashes each component. Sets `components` to 0 if the text has more components than a pattern
   * may have.
   */
  function hashComponents(text: string): void {
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
      if (count === MAX_COMPONENTS) return;
      if (place > 0) named |= 1 << (31 - count);
      sum = (sum + (factors[place] as number)) | 0;
      // Mixes the high bits into the low ones, because the high bits are better distributed.
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

  /** The shape of the last text, if it exists. */
  function knownShape(): Shape<T> | undefined {
    return byComponents[components]?.find((shape) => shape.mask === mask);
  }

  function newShape(): Shape<T> {
    const named = [...hashes.keys()].filter((index) => mask & (1 << (31 - index)));
    const shape: Shape<T> = { mask, named, patterns: new Map() };
    const list = byComponents[components] ?? [];
    byComponents[components] = list;
    const firstWorse = list.findIndex((other) => other.mask >>> 0 < mask >>> 0);
    list.splice(firstWorse === -1 ? list.length : firstWorse, 0, shape);
    shapes++;
    return shape;
  }

  function entryOf(pattern: string): Entry<T> | undefined {
    hashComponents(pattern);
    const shape = knownShape();
    return shape && findEntry(shape.patterns, hashIn(shape), pattern);
  }

  /** The pattern of a shape that matches the last URI. There is at most one. */
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
      hashComponents(pattern);
      const shape = knownShape();
      if (shape === undefined || !deleteEntry(shape.patterns, hashIn(shape), pattern)) return;
      if (shape.patterns.size > 0) return;
      const list = byComponents[components] as Shape<T>[];
      list.splice(list.indexOf(shape), 1);
      shapes--;
    },
    best(uri) {
      if (shapes === 0) return undefined;
      hashComponents(uri);
      for (const shape of byComponents[components] ?? NO_SHAPES) {
        const entry = match(shape, uri);
        if (entry !== undefined) return entry.value;
      }
      return undefined;
    },
    collect(uri, found) {
      if (shapes === 0) return;
      hashComponents(uri);
      for (const shape of byComponents[components] ?? NO_SHAPES) {
        const entry = match(shape, uri);
        if (entry !== undefined) found.push(entry.value);
      }
    },
    hasShapeOf(pattern) {
      hashComponents(pattern);
      return knownShape() !== undefined;
    },
    get shapes() {
      return shapes;
    },
  };
}

/**
 * True if a URI has the same number of components as a wildcard pattern, and the same named
 * components.
 */
export function matches(pattern: string, uri: string): boolean {
  let at = 0;
  let start = 0;
  for (;;) {
    const patternEnd = endOfComponent(pattern, at);
    const end = endOfComponent(uri, start);
    // The runtime compares slices as blocks; a loop over characters takes thirty times as long.
    if (patternEnd > at && pattern.slice(at, patternEnd) !== uri.slice(start, end)) return false;
    const isLast = patternEnd === pattern.length;
    if (isLast || end === uri.length) return isLast && end === uri.length;
    at = patternEnd + 1;
    start = end + 1;
  }
}

/** The end of the component that starts here. */
function endOfComponent(uri: string, start: number): number {
  const end = uri.indexOf('.', start);
  return end === -1 ? uri.length : end;
}
