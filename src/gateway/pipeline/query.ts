import type { NamedTemplate } from '../../config/model.js';
import { BadRequest, type Call } from './call.js';
import { encodeText } from './encode-text.js';
import { compileTemplate, isScalar } from './fill-template.js';

const PARAMETER = 'Query parameter';
const NAME_OF = 'The name of a query parameter';
export const TOO_LONG =
  'The path and query would be longer than what pool.max_request_line_size of the service allows';

/**
 * Builds the configured query, in the order of the configuration. Throws {@link BadRequest}.
 *
 * @param max the maximum number of characters
 */
export function compileQuery(
  entries: readonly NamedTemplate[],
  realm: string,
  max: number,
): (call: Call) => string {
  const compiled = entries.map(({ name, template }) => ({
    name,
    encodedName: encodeText(name, NAME_OF, ''),
    fill: compileTemplate(template, `query parameter ${name}`, realm),
  }));
  return (call) => {
    let query = '';
    for (const { name, encodedName, fill } of compiled) {
      query += pairsOf(name, encodedName, fill(call), max - query.length);
    }
    return query;
  };
}

/**
 * Builds `&name=value` for a scalar or for each element of a list, and '' for null or a missing
 * value. Refuses a dictionary, which has no text form in a query.
 *
 * @param max the maximum number of characters
 */
export function queryPairs(name: string, value: unknown, max: number): string {
  // Encoding never makes a name shorter.
  if (name.length > max) throw new BadRequest(TOO_LONG);
  return pairsOf(name, encodeText(name, NAME_OF, ''), value, max);
}

function pairsOf(name: string, encodedName: string, value: unknown, max: number): string {
  if (value === undefined || value === null) return '';
  if (isScalar(value)) {
    const text = String(value);
    if (encodedName.length + text.length > max) throw new BadRequest(TOO_LONG);
    return `&${encodedName}=${encodeText(text, PARAMETER, name)}`;
  }
  if (!Array.isArray(value)) {
    throw new BadRequest(`${PARAMETER} "${name}" must be text, a number, a boolean or a list of these`);
  }
  let pairs = '';
  for (const element of value) {
    if (element !== null && !isScalar(element)) {
      throw new BadRequest(`${PARAMETER} "${name}" must be a list of text, numbers or booleans`);
    }
    pairs += pairsOf(name, encodedName, element, max - pairs.length);
  }
  return pairs;
}

/** Removes parameters from a literal query. The others stay exactly as they are. */
export function withoutNames(literalQuery: string, names: readonly string[]): string {
  const pairs = literalQuery.split('&');
  return pairs.filter((pair) => !queryNames(pair).some((name) => names.includes(name))).join('&');
}

/** The decoded names in a literal query. */
export function queryNames(literalQuery: string): string[] {
  return [...new URLSearchParams(literalQuery).keys()];
}

/** Joins two queries, which may be empty. `pairs` starts with `&`. */
export function joinQuery(query: string, pairs: string): string {
  return query === '' ? pairs.slice(1) : query + pairs;
}
