import { distance } from 'fastest-levenshtein';
import { BadRequest } from '../call.js';

const TYPO_DISTANCE = 2;
/** Longer names are not compared, because that takes time that a stranger chooses. */
const LONGEST = 100;

/** Refuses a kwarg that an operation does not have, and names the one that is meant. */
export function refuseUnknown(name: string, known: Iterable<string>): never {
  const shown = JSON.stringify(name.slice(0, LONGEST));
  const near = name.length <= LONGEST ? nearest(name, known) : undefined;
  throw new BadRequest(
    `This procedure does not take the keyword argument ${shown}${near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`}`,
  );
}

function nearest(name: string, known: Iterable<string>): string | undefined {
  const plain = fold(name);
  let best: { readonly name: string; readonly far: number } | undefined;
  for (const each of known) {
    const folded = fold(each);
    if (Math.abs(folded.length - plain.length) > TYPO_DISTANCE) continue;
    const far = distance(plain, folded);
    if (far <= TYPO_DISTANCE && far < plain.length && (best === undefined || far < best.far)) {
      best = { name: each, far };
    }
  }
  return best?.name;
}

/** `customerId`, `customer_id` and `Customer-ID` are close. */
function fold(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, '');
}
