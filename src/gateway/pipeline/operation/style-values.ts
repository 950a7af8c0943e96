import { BadRequest } from '../call.js';
import { isDictionary, isScalar } from '../request/fill-template.js';

/** A value as OpenAPI's styles see it: nothing, a text, a list of texts, or names with texts. */
export type StyleValue =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [name: string, text: string])[] };

const NONE: StyleValue = { kind: 'none' };

/**
 * Reads a value for a style that cannot nest. An empty list or object counts as missing (RFC 6570
 * section 2.3), and so does null.
 *
 * @throws BadRequest if the value has lists or objects within others
 */
export function styleValueOf(value: unknown, kwarg: string): StyleValue {
  if (value === undefined || value === null) return NONE;
  if (isScalar(value)) return { kind: 'text', text: String(value) };
  if (Array.isArray(value)) {
    const items: string[] = [];
    for (const item of value) if (item !== null) items.push(scalarText(item, kwarg));
    return items.length === 0 ? NONE : { kind: 'list', items };
  }
  if (!isDictionary(value)) throw unsayable(kwarg);
  const entries: [string, string][] = [];
  for (const name of Object.keys(value)) {
    const item = value[name];
    if (item !== undefined && item !== null) entries.push([name, scalarText(item, kwarg)]);
  }
  return entries.length === 0 ? NONE : { kind: 'object', entries };
}

function scalarText(value: unknown, kwarg: string): string {
  if (!isScalar(value)) throw unsayable(kwarg);
  return String(value);
}

export function unsayable(kwarg: string): BadRequest {
  return new BadRequest(
    `The keyword argument ${JSON.stringify(kwarg.slice(0, 100))} has a value that its place in the request cannot express: ` +
      'give text, a number, a boolean, a list of these, or an object of these',
  );
}
