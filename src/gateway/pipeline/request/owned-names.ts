import { decodeOnce } from './decode-once.js';

/** Whether a kwarg of this name could replace or extend a value that the configuration sets. */
export type IsOwned = (name: string) => boolean;

/**
 * Compares names of fields in a JSON body, ignoring case. Go and .NET read `Tenant` into the field
 * `tenant`. If both occur, the last one takes effect.
 */
export function ownedFields(names: readonly string[]): IsOwned {
  if (names.length === 0) return () => false;
  const owned = new Set(names.map(foldCase));
  const longest = Math.max(...[...owned].map((name) => name.length));
  // Folding never makes a name shorter. So a name longer than any configured one is skipped,
  // because folding it would be slow.
  return (name) => {
    const key = untilNul(name);
    return key.length <= longest && owned.has(foldCase(key));
  };
}

/**
 * Compares names of query parameters as frameworks read them: ignoring case (ASP.NET), with `.` and
 * space as `_` (PHP), and step by step in brackets (PHP, Rails). In PHP and Rails, `a[]` adds to
 * `a`, and `a` replaces `a[b]`, but `a[c]` does not change `a[b]`.
 */
export function ownedParameters(names: readonly string[]): IsOwned {
  if (names.length === 0) return () => false;
  const owned = names.map((name) => stepsOf(name, Number.POSITIVE_INFINITY));
  const max = Math.max(...owned.map((steps) => steps.length));
  return (name) => {
    const steps = stepsOf(name, max);
    return owned.some((each) => isWithin(each, steps));
  };
}

/** Parsers that keep names as C strings read `tenant\u0000` as `tenant`. */
function untilNul(name: string): string {
  const end = name.indexOf('\0');
  return end < 0 ? name : name.slice(0, end);
}

/** Also folds U+212A to `k` and U+017F to `s`, as Go does. */
function foldCase(name: string): string {
  return name.toUpperCase().toLowerCase();
}

/**
 * Splits `a[b][]` into `a`, `b` and the empty string. Reads the brackets once. A regular expression
 * would take quadratic time for many open brackets without a closing bracket.
 *
 * @param max the maximum number of steps to return
 */
function stepsOf(name: string, max: number): readonly string[] {
  const folded = foldCase(name.includes('%') ? decodeOnce(name) : name);
  const open = folded.indexOf('[', 1);
  const hasSteps = open > 0 && folded.includes(']', open);
  const base = hasSteps ? folded.slice(0, open) : folded;
  const steps = [base.trimStart().replace(/[. [+]/g, '_')];
  for (let at = hasSteps ? open : -1; at >= 0 && steps.length < max; ) {
    const end = folded.indexOf(']', at);
    if (end < 0) break;
    steps.push(folded.slice(at + 1, end));
    at = folded.indexOf('[', end);
  }
  return steps;
}

/** Whether one list is a prefix of the other. An empty step, as in `a[]`, matches any step. */
function isWithin(one: readonly string[], other: readonly string[]): boolean {
  for (let index = 0; index < one.length && index < other.length; index++) {
    const [step, otherStep] = [one[index] as string, other[index] as string];
    if (step !== otherStep && (index === 0 || (step !== '' && otherStep !== ''))) return false;
  }
  return true;
}
