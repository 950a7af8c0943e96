import { ExactNumber, parseExact, stringifyExact } from '../exact-json.js';

/** The kwargs that the user is writing. */
export type ReadKwargs =
  | { readonly kind: 'kwargs'; readonly kwargs: Readonly<Record<string, unknown>> }
  | { readonly kind: 'mistake'; readonly message: string };

/** Reads the JSON text of kwargs. An empty text means no kwargs. */
export function readKwargs(text: string): ReadKwargs {
  if (text.trim() === '') return { kind: 'kwargs', kwargs: {} };
  try {
    const value = parseExact(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { kind: 'kwargs', kwargs: value as Record<string, unknown> };
    return { kind: 'mistake', message: 'The kwargs must be a JSON object: { "name": value }.' };
  } catch (error) {
    return { kind: 'mistake', message: `This is not JSON: ${(error as Error).message}` };
  }
}

/**
 * A valid JSON value stays JSON, and any other text is text, as with `rpc-gateway call`. A number
 * that is not written as JSON writes it (`1.10`, `1e5`) is text too. Long integers are numbers.
 */
export function readField(text: string): unknown {
  try {
    const value = parseExact(text);
    return value instanceof ExactNumber && !/^-?\d+$/.test(value.text) ? text : value;
  } catch {
    return text;
  }
}

/** The text of a field that has this value. */
export function fieldText(value: unknown, isText = false): string {
  if (value === undefined) return '';
  if (isText && typeof value === 'string') return value;
  if (typeof value === 'string' && readField(value) === value) return value;
  return stringifyExact(value);
}

/**
 * Sets one kwarg in the text. An empty field removes it.
 *
 * @param isText whether the kwarg is text, even if the field looks like JSON
 */
export function withField(
  kwargs: Readonly<Record<string, unknown>>,
  name: string,
  text: string,
  isText = false,
): string {
  const rest = Object.entries(kwargs).filter(([key]) => key !== name);
  const entries =
    text === '' ? rest : replaceInPlace(Object.entries(kwargs), name, isText ? text : readField(text));
  return stringifyExact(Object.fromEntries(entries), 2);
}

function replaceInPlace(
  entries: readonly [string, unknown][],
  name: string,
  value: unknown,
): readonly [string, unknown][] {
  const isThere = entries.some(([key]) => key === name);
  return isThere
    ? entries.map(([key, old]) => [key, key === name ? value : old])
    : [...entries, [name, value]];
}
