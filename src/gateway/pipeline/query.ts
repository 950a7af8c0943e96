import type { NamedTemplate } from '../../config/model.js';
import { BadRequest, type Call } from './call.js';
import { compileTemplate, isScalar } from './fill-template.js';
import { encodeText } from './path.js';

/** Builds the query that the configuration asks for, in its order. Throws {@link BadRequest}. */
export function compileQuery(entries: readonly NamedTemplate[], realm: string): (call: Call) => string {
  const compiled = entries.map(({ name, template }) => ({
    name,
    fill: compileTemplate(template, `query parameter ${name}`, realm),
  }));
  return (call) => {
    let query = '';
    for (const { name, fill } of compiled) query += queryPairs(name, fill(call));
    return query;
  };
}

/**
 * `&name=value` for a scalar, once for each element of a list, '' for null and for what is missing. A dictionary has no
 * text form in a query, so it is refused.
 */
export function queryPairs(name: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (isScalar(value))
    return `&${encodeText(name, keyName)}=${encodeText(String(value), () => describe(name))}`;
  if (!Array.isArray(value))
    throw new BadRequest(`${describe(name)} must be text, a number, a boolean or a list of these`);
  let pairs = '';
  for (const element of value) {
    if (element !== null && !isScalar(element)) {
      throw new BadRequest(`${describe(name)} must be a list of text, numbers or booleans`);
    }
    pairs += queryPairs(name, element);
  }
  return pairs;
}

/** A literal query less the parameters of these names; what remains stands as it was written. */
export function withoutNames(literalQuery: string, names: readonly string[]): string {
  const pairs = literalQuery.split('&');
  return pairs.filter((pair) => !queryNames(pair).some((name) => names.includes(name))).join('&');
}

/** The decoded names of a literal query: they belong to the configuration, and no kwarg may add to them. */
export function queryNames(literalQuery: string): string[] {
  return [...new URLSearchParams(literalQuery).keys()];
}

function describe(name: string): string {
  return `Query parameter "${name}"`;
}

function keyName(): string {
  return 'The name of a query parameter';
}
