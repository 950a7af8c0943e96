import { forEachEntry } from '../json-text/object-entries.js';
import { endOfValue, nothingSeen, skipSpace } from '../json-text/scan-json.js';

const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;

/**
 * Replaces the values of some fields by `mask`, at any depth. Everything else stays unchanged.
 * Parsing and printing it again would change the number 1.10 to 1.1.
 *
 * @param json valid JSON in UTF-8
 * @param isMasked gets the unescaped name of a field
 * @param mask the replacement, as JSON
 */
export function maskJson(json: Buffer, isMasked: (name: string) => boolean, mask: string): string {
  const pieces: string[] = [];
  let kept = 0;

  function visit(start: number, end: number): void {
    if (json[start] === OPEN_OBJECT) visitObject(start, end);
    else if (json[start] === OPEN_LIST) visitList(start);
  }

  function visitObject(start: number, end: number): void {
    forEachEntry(json.subarray(start, end), undefined, (name, _begin, valueStart, valueEnd) => {
      if (!isMasked(name)) return visit(start + valueStart, start + valueEnd);
      pieces.push(json.toString('utf8', kept, start + valueStart), mask);
      kept = start + valueEnd;
    });
  }

  function visitList(start: number): void {
    let at = skipSpace(json, start + 1);
    while (json[at] !== CLOSE_LIST) {
      const end = endOfValue(json, at, Number.POSITIVE_INFINITY, nothingSeen());
      visit(at, end);
      at = skipSpace(json, end);
      if (json[at] === COMMA) at = skipSpace(json, at + 1);
    }
  }

  visit(skipSpace(json, 0), json.length);
  return pieces.join('') + json.toString('utf8', kept);
}
