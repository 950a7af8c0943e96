import type { Serialization } from '../../../openapi/model/api-model.js';
import { BadRequest } from '../call.js';
import { toJson } from '../request/body.js';
import { encodeSegment } from '../request/path.js';
import { delimiterOf, refuseDelimiter } from './delimiters.js';
import { type StyleValue, styleValueOf } from './style-values.js';

/** Writes a value into its segment of a path, percent-encoded. Throws {@link BadRequest}. */
export type SegmentWriter = (value: unknown) => string;

/**
 * Compiles a path parameter (OpenAPI 3.1.1 section 4.8.12.4, which follows RFC 6570).
 *
 * @param kwarg the keyword argument, for messages
 * @param max the maximum number of characters of a value
 */
export function compilePathStyle(
  name: string,
  kwarg: string,
  how: Serialization,
  max: number,
): SegmentWriter {
  const encode = (text: string) => encodeSegment(text, kwarg, max);
  const write = writerFor(encodeURIComponent(name), kwarg, how, encode);
  return (value) => {
    if (value === undefined || value === null)
      throw new BadRequest(`Missing required path variable: ${kwarg}`);
    if (how.isJson) return encode(toJson(value));
    const read = styleValueOf(value, kwarg);
    if (read.kind === 'none') throw new BadRequest(`Path variable ${kwarg} must not be empty`);
    const segment = write(read);
    // A label begins with a dot.
    if (segment === '.' || segment === '..') throw new BadRequest(`Path variable ${kwarg} must not be "."`);
    return segment;
  };
}

type Present = Exclude<StyleValue, { readonly kind: 'none' }>;

function writerFor(
  name: string,
  kwarg: string,
  { style, explode }: Serialization,
  encode: (text: string) => string,
): (value: Present) => string {
  /** `a=1` for each entry of an object. */
  const pairs = (entries: readonly (readonly [string, string])[]): readonly string[] =>
    entries.map(([key, text]) => `${encode(key)}=${encode(text)}`);
  const flat = (value: Present): readonly string[] =>
    value.kind === 'text' ? [encode(value.text)] : itemsOf(value).map(encode);
  switch (style) {
    case 'label':
      return (value) => {
        const parts = explode && value.kind === 'object' ? pairs(value.entries) : flat(value);
        return `.${parts.join(explode ? '.' : ',')}`;
      };
    case 'matrix':
      return (value) => {
        if (!explode || value.kind === 'text') return `;${name}=${flat(value).join(',')}`;
        if (value.kind === 'object') return `;${pairs(value.entries).join(';')}`;
        return flat(value)
          .map((item) => `;${name}=${item}`)
          .join('');
      };
    default: {
      // `collectionFormat` of OpenAPI 2.0.
      const delimiter = delimiterOf(style);
      if (delimiter === ',') {
        return (value) => (explode && value.kind === 'object' ? pairs(value.entries) : flat(value)).join(',');
      }
      return (value) => {
        if (value.kind !== 'text') for (const item of itemsOf(value)) refuseDelimiter(item, delimiter, kwarg);
        return flat(value).join(encodeURIComponent(delimiter));
      };
    }
  }
}

function itemsOf(value: Exclude<Present, { readonly kind: 'text' }>): readonly string[] {
  return value.kind === 'list' ? value.items : value.entries.flat();
}
