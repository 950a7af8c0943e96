import { type ConfigProblem, formatProblem } from '../errors.js';

/** If a file is not a configuration, every line of it is a problem. */
const MAX_SHOWN = 200;

/**
 * The first problems as `check` prints them, and how many more there are.
 *
 * @param what what the problems are called
 */
export function firstProblems(
  problems: readonly ConfigProblem[],
  what: 'problems' | 'notices',
): readonly string[] {
  const shown = problems.slice(0, MAX_SHOWN).map(formatProblem);
  const more = problems.length - shown.length;
  return more > 0 ? [...shown, `and ${more} more ${what}`] : shown;
}
