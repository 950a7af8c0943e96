import type { Serialization } from '../../../openapi/model/api-model.js';
import { BadRequest } from '../call.js';
import { toJson } from '../request/body.js';
import { encodeText } from '../request/encode-text.js';
import { isDictionary, isScalar } from '../request/fill-template.js';
import { TOO_LONG } from '../request/query.js';
import { delimiterOf, refuseDelimiter } from './delimiters.js';
import { styleValueOf, unsayable } from './style-values.js';

/** Writes `&name=value` pairs, or '' if there is nothing to send. Throws {@link BadRequest}. */
export type QueryWriter = (value: unknown, max: number) => string;

type Encode = (text: string) => string;

/**
 * Compiles a query parameter.
 *
 * @param kwarg the keyword argument, for messages
 */
export function compileQueryStyle(name: string, kwarg: string, how: Serialization): QueryWriter {
  const encode: Encode = (text) => encodeText(text, 'Query parameter', name);
  const key = encode(name);
  if (how.isJson) {
    return (value, max) => (value === undefined ? '' : bounded(`&${key}=${encode(toJson(value))}`, max));
  }
  const encodeValue = how.allowReserved ? (text: string) => withReserved(encode(text)) : encode;
  if (how.style === 'deepObject') return compileDeepObject(key, kwarg, { encode, encodeValue });
  const delimiter = delimiterOf(how.style);
  // OpenAPI 3.1.1 section 4.8.12.2: the delimiters are percent-encoded, except the comma.
  const between = delimiter === ',' ? ',' : encodeURIComponent(delimiter);
  const itemOf: Encode = (text) => {
    // A comma within an item differs from one between items: it is percent-encoded.
    if (delimiter !== ',') refuseDelimiter(text, delimiter, kwarg);
    return encodeValue(text).replaceAll(',', '%2C');
  };
  return (value, max) => {
    const read = styleValueOf(value, kwarg);
    switch (read.kind) {
      case 'none':
        return '';
      case 'text':
        checkLength(read.text, max);
        return bounded(`&${key}=${encodeValue(read.text)}`, max);
      case 'list':
        return how.explode
          ? joinPairs(read.items, (item) => `&${key}=${encodeValue(item)}`, max)
          : bounded(`&${key}=${joinItems(read.items, itemOf, between, max)}`, max);
      case 'object':
        return how.explode
          ? joinPairs(read.entries, ([each, text]) => `&${encode(each)}=${encodeValue(text)}`, max)
          : bounded(`&${key}=${joinItems(read.entries.flat(), itemOf, between, max)}`, max);
    }
  };
}

/**
 * `&filter%5Bprice%5D%5B0%5D=1` for `{price: [1]}`. A value at the top has no brackets. Null leaves no
 * gap in a list.
 */
function compileDeepObject(
  key: string,
  kwarg: string,
  { encode, encodeValue }: { readonly encode: Encode; readonly encodeValue: Encode },
): QueryWriter {
  return (root, max) => {
    let query = '';
    function add(path: string, value: unknown): void {
      if (value === undefined || value === null) return;
      if (query.length + path.length > max) throw new BadRequest(TOO_LONG);
      if (isScalar(value)) {
        const text = String(value);
        checkLength(text, max - query.length);
        query += `&${path}=${encodeValue(text)}`;
      } else if (Array.isArray(value)) {
        const items = value.filter((item) => item !== null && item !== undefined);
        for (const [index, item] of items.entries()) add(`${path}%5B${index}%5D`, item);
      } else if (isDictionary(value)) {
        for (const name of Object.keys(value)) {
          checkLength(name, max - query.length);
          add(`${path}%5B${encode(name)}%5D`, value[name]);
        }
      } else throw unsayable(kwarg);
    }
    add(key, root);
    return bounded(query, max);
  };
}

function joinPairs<T>(items: readonly T[], write: (item: T) => string, max: number): string {
  let query = '';
  for (const item of items) {
    query += write(item);
    if (query.length > max) throw new BadRequest(TOO_LONG);
  }
  return query;
}

function joinItems(items: readonly string[], encode: Encode, delimiter: string, max: number): string {
  let text = '';
  for (const item of items) {
    text += text === '' ? encode(item) : delimiter + encode(item);
    if (text.length > max) throw new BadRequest(TOO_LONG);
  }
  return text;
}

/** Checks a text before it is encoded, because encoding never makes it shorter. */
function checkLength(text: string, max: number): void {
  if (text.length > max) throw new BadRequest(TOO_LONG);
}

function bounded(query: string, max: number): string {
  if (query.length > max) throw new BadRequest(TOO_LONG);
  return query;
}

/**
 * Frees the reserved characters of RFC 3986 section 2.2, but not those that end a value, or mean
 * another character, in a query: `& # + % =`.
 */
function withReserved(encoded: string): string {
  return encoded.replace(/%(?:3A|2F|3F|5B|5D|40|24|2C|3B)/g, decodeURIComponent);
}
