import { compilePattern } from '../../openapi/names/select-operations.js';
import type { DataType } from './datatypes.js';
import { ValueError } from './value-error.js';

const ITEM = /\s*(?:"([^"]*)"|'([^']*)'|([^,"']*))\s*(?:,|$)/y;

/** A list of patterns for operations. A pattern with a comma is in quotes. */
export const operationPatterns: DataType<readonly string[]> = {
  description:
    'list, separated by commas, each: an operationId, `tag:NAME` or `METHOD /path`; `*` matches any text; a pattern with a comma in quotes',
  quotedItems: true,
  parse(value) {
    if (value === '') return [];
    const items: string[] = [];
    ITEM.lastIndex = 0;
    while (ITEM.lastIndex < value.length) {
      const found = ITEM.exec(value);
      if (found === null)
        throw new ValueError('must be a list of patterns, separated by commas; a quote is not closed');
      const [, double, single, plain = ''] = found;
      const item = (double ?? single ?? plain).trim();
      if (item === '') throw new ValueError('must be a list separated by commas, without empty items');
      items.push(compilePattern(item).source);
    }
    return [...new Set(items)];
  },
};
