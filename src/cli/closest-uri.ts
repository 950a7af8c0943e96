import { closest, distance } from 'fastest-levenshtein';

/** The URI that a user probably means, or undefined if none is near. */
export function closestUri(uri: string, known: readonly string[]): string | undefined {
  const asked = uri.slice(0, 200);
  if (known.length === 0) return undefined;
  const near = closest(asked, known);
  return distance(asked, near) <= Math.max(2, asked.length / 4) ? near : undefined;
}
