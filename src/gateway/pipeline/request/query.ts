import type { NamedTemplate } from '../../../config/model.js';
import { addPairs, type PairStyle } from '../bodies/field-pairs.js';
import { BadRequest, type Call } from '../call.js';
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
  style: PairStyle,
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
      query += pairsOf(name, encodedName, fill(call), style, max - query.length);
    }
    return query;
  };
}

/**
 * Builds `&name=value` for a scalar, several of them for a list or a dictionary, and '' for null or a
 * missing value.
 *
 * @param max the maximum number of characters
 */
export function queryPairs(name: string, value: unknown, style: PairStyle, max: number): string {
  // Encoding never makes a name shorter.
  if (name.length > max) throw new BadRequest(TOO_LONG);
  return pairsOf(name, encodeText(name, NAME_OF, ''), value, style, max);
}

function pairsOf(name: string, encodedName: string, value: unknown, style: PairStyle, max: number): string {
  if (value === undefined || value === null) return '';
  // Most values are scalars, so they take no detour.
  if (isScalar(value)) {
    const text = String(value);
    if (encodedName.length + text.length > max) throw new BadRequest(TOO_LONG);
    return `&${encodedName}=${encodeText(text, PARAMETER, name)}`;
  }
  let pairs = '';
  let compared = 0;
  addPairs(name, value, style, PARAMETER, (field, texts) => {
    for (const text of texts) compared += text.length + 1;
    compared += field.length;
    if (compared > max) throw new BadRequest(TOO_LONG);
    const encoded = texts.map((text) => encodeText(text, PARAMETER, name));
    pairs += `&${field === name ? encodedName : encodeText(field, NAME_OF, '')}=${encoded.join(',')}`;
  });
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
