import { BadRequest } from '../call.js';
import { isDictionary, isScalar } from '../request/fill-template.js';

/**
 * How lists and dictionaries are written in queries and forms, which have only names and texts.
 *
 * | style | list `a` | dictionary `a` |
 * | --- | --- | --- |
 * | `repeat` | `a=1&a=2` | refused |
 * | `brackets` | `a[]=1&a[]=2` | `a[b]=1` |
 * | `indices` | `a[0]=1&a[1]=2` | `a[b]=1` |
 * | `comma` | `a=1,2` | refused |
 */
export type PairStyle = 'repeat' | 'brackets' | 'indices' | 'comma';

/** Gets a name and a text. With `comma` the text of a list comes in several pieces. */
export type AddPair = (name: string, texts: readonly string[]) => void;

/**
 * Writes one value as names and texts. null is left out, also in lists and dictionaries.
 *
 * @param what the kind of field, for messages: `Query parameter`
 * @throws BadRequest if the style has no form for the value
 */
export function addPairs(name: string, value: unknown, style: PairStyle, what: string, add: AddPair): void {
  if (value === undefined || value === null) return;
  if (isScalar(value)) {
    add(name, [String(value)]);
    return;
  }
  if (Array.isArray(value)) addList(name, value, style, what, add);
  else if (isDictionary(value) && isNested(style)) {
    for (const key of Object.keys(value)) addPairs(`${name}[${key}]`, value[key], style, what, add);
  } else throw new BadRequest(`${what} "${short(name)}" must be ${FORMS[style]}`);
}

function addList(name: string, list: readonly unknown[], style: PairStyle, what: string, add: AddPair): void {
  const items = list.filter((item) => item !== null && item !== undefined);
  if (!items.every(isScalar)) {
    if (!isNested(style)) {
      throw new BadRequest(`${what} "${short(name)}" must be a list of text, numbers or booleans`);
    }
    // Without indices nobody could tell where one item ends.
    for (const [index, item] of items.entries()) addPairs(`${name}[${index}]`, item, style, what, add);
    return;
  }
  const texts = items.map(String);
  if (texts.length === 0) return;
  switch (style) {
    case 'comma':
      add(name, texts);
      return;
    case 'indices':
      for (const [index, text] of texts.entries()) add(`${name}[${index}]`, [text]);
      return;
    case 'brackets':
    case 'repeat':
      for (const text of texts) add(style === 'brackets' ? `${name}[]` : name, [text]);
  }
}

const isNested = (style: PairStyle): boolean => style === 'brackets' || style === 'indices';

const FORMS: Readonly<Record<PairStyle, string>> = {
  repeat: 'text, a number, a boolean or a list of these; query_style = brackets allows dictionaries',
  comma: 'text, a number, a boolean or a list of these; query_style = brackets allows dictionaries',
  brackets: 'text, a number, a boolean, a list or a dictionary',
  indices: 'text, a number, a boolean, a list or a dictionary',
};

const short = (name: string): string => name.slice(0, 100);
