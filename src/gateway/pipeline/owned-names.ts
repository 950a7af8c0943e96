import { decodeOnce } from './decode-once.js';

/** Tells whether a kwarg of this name would stand beside, or in the place of, what the configuration sets. */
export type IsOwned = (name: string) => boolean;

/**
 * Names of the fields of a JSON body. They are compared in any case: Go and .NET read `Tenant` into the field `tenant`, and
 * of two the last one counts.
 */
export function ownedFields(names: readonly string[]): IsOwned {
  if (names.length === 0) return () => false;
  const owned = new Set(names.map(foldCase));
  const longest = Math.max(...[...owned].map((name) => name.length));
  // No name gets shorter in another case. One as long as a message is not looked at, for that takes long.
  return (name) => name.length <= longest && owned.has(foldCase(name));
}

/**
 * Names of query parameters, compared as the frameworks read them: in any case (ASP.NET), with `.` and space as `_` (PHP),
 * and by what stands in brackets. `a[]` adds to `a` and `a` replaces `a[b]` (PHP, Rails); `a[c]` leaves `a[b]` alone.
 */
export function ownedParameters(names: readonly string[]): IsOwned {
  if (names.length === 0) return () => false;
  const owned = names.map((name) => stepsOf(name, Number.POSITIVE_INFINITY));
  const most = Math.max(...owned.map((steps) => steps.length));
  return (name) => {
    const steps = stepsOf(name, most);
    return owned.some((each) => isWithin(each, steps));
  };
}

/** Also letters whose other case is one of ASCII, as that of U+212A and U+017F is: Go counts them as the same. */
function foldCase(name: string): string {
  return name.toUpperCase().toLowerCase();
}

/**
 * `a[b][]` as `a`, `b` and the empty text. Walks once over the brackets: as a pattern they cost the square of their number
 * where many open and none closes.
 *
 * @param most steps, behind which no more are looked for
 */
function stepsOf(name: string, most: number): readonly string[] {
  const folded = foldCase(name.includes('%') ? decodeOnce(name) : name);
  const open = folded.indexOf('[', 1);
  const hasSteps = open > 0 && folded.includes(']', open);
  const base = hasSteps ? folded.slice(0, open) : folded;
  const steps = [base.trimStart().replace(/[. [+]/g, '_')];
  for (let at = hasSteps ? open : -1; at >= 0 && steps.length < most; ) {
    const end = folded.indexOf(']', at);
    if (end < 0) break;
    steps.push(folded.slice(at + 1, end));
    at = folded.indexOf('[', end);
  }
  return steps;
}

/** Whether one is the begin of the other. The empty step, as in `a[]`, may be any. */
function isWithin(one: readonly string[], other: readonly string[]): boolean {
  for (let index = 0; index < one.length && index < other.length; index++) {
    const [step, otherStep] = [one[index] as string, other[index] as string];
    if (step !== otherStep && (index === 0 || (step !== '' && otherStep !== ''))) return false;
  }
  return true;
}
