import { distance } from 'fastest-levenshtein';

const TYPO_DISTANCE = 2;

/** The id of an operation that differs in one or two letters. */
export function nearestId(name: string, ids: Iterable<string>): string | undefined {
  let best: { readonly id: string; readonly far: number } | undefined;
  for (const id of ids) {
    if (Math.abs(id.length - name.length) > TYPO_DISTANCE) continue;
    const far = distance(name.toLowerCase(), id.toLowerCase());
    if (far <= TYPO_DISTANCE && (best === undefined || far < best.far)) best = { id, far };
  }
  return best?.id;
}
