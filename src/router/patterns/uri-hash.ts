import { randomFillSync } from 'node:crypto';
import { MAX_URI_LENGTH } from '../model.js';

/**
 * The secret factors of a 32-bit hash. The hash of a text is the sum of its UTF-16 units, each
 * multiplied by the factor of its position, plus the factor of the position after the last one
 * ("multilinear hashing"). An attacker does not know the factors, and so cannot choose texts that
 * collide. Any two texts collide with a probability of at most 2^-17.
 */
export interface UriHash {
  /** One for each position in a text, and one more. */
  readonly factors: Int32Array;
  /**
   * Odd numbers, one for each component. The hash of several components is the sum of their hashes,
   * each multiplied by its number.
   */
  readonly places: Int32Array;
}

/**
 * @param components the highest number of components that a hash combines
 * @param fill a secure source of random numbers
 */
export function createUriHash(
  components: number,
  fill: (array: Int32Array) => void = randomFillSync,
): UriHash {
  const factors = new Int32Array(MAX_URI_LENGTH + 1);
  const places = new Int32Array(components);
  fill(factors);
  fill(places);
  return { factors, places: places.map((place) => place | 1) };
}

/** The hash of a whole text, of {@link MAX_URI_LENGTH} units at most. */
export function hashOf({ factors }: UriHash, text: string): number {
  let hash = factors[text.length] as number;
  for (let at = 0; at < text.length; at++) {
    hash = (hash + Math.imul(factors[at] as number, text.charCodeAt(at))) | 0;
  }
  return hash;
}
