import { stringifyJson } from '../json.js';

/** At most this many differences of one value are told. */
const MAX_TOLD = 20;

/**
 * Says how a value differs from the expected one, each difference with its place.
 *
 * @param path the place of the value, as in `result.body`
 */
export function differences(expected: unknown, actual: unknown, path: string): readonly string[] {
  const found: string[] = [];
  compare(expected, actual, path, found);
  return found.length > MAX_TOLD
    ? [...found.slice(0, MAX_TOLD), `${path}: ${found.length - MAX_TOLD} more differences`]
    : found;
}

function compare(expected: unknown, actual: unknown, path: string, found: string[]): void {
  if (isList(expected) && isList(actual)) {
    for (let index = 0; index < Math.max(expected.length, actual.length); index++) {
      compare(expected[index], actual[index], `${path}[${index}]`, found);
    }
  } else if (isDict(expected) && isDict(actual)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      compare(own(expected, key), own(actual, key), `${path}.${key}`, found);
    }
  } else if (!isEqual(expected, actual)) {
    found.push(`${path}: expected ${shown(expected)}, got ${shown(actual)}`);
  }
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const isDict = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const own = (dict: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(dict, key) ? dict[key] : undefined;

/** A big integer of one side may be a number on the other. */
function isEqual(expected: unknown, actual: unknown): boolean {
  if (Object.is(expected, actual)) return true;
  const isNumber = (value: unknown): boolean => typeof value === 'number' || typeof value === 'bigint';
  // biome-ignore lint/suspicious/noDoubleEquals: 1n == 1
  return isNumber(expected) && isNumber(actual) && (expected as number) == (actual as number);
}

const LONGEST = 200;

/** A value for people, shortened. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = stringifyJson(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
