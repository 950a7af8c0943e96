import { parseJson } from '../json.js';
import { endOfObject, nothingSeen, skipSpace } from './scan-json.js';

/**
 * The positions of an object's entries, relative to its bracket. Each entry has four numbers: start
 * and end of the name with its quotes, and start and end of the value.
 */
export type EntryBounds = readonly number[];

/** Called with an entry: its unescaped name, its start, the start of its value, and its end. */
export type EntryVisitor = (name: string, begin: number, start: number, end: number) => void;

/**
 * Visits the entries of an object in their order, without nested ones. A name that occurs twice is
 * visited twice.
 *
 * @param json valid JSON of an object
 * @param bounds the positions, if they are known
 */
export function forEachEntry(json: Buffer, bounds: EntryBounds | undefined, visit: EntryVisitor): void {
  const begin = skipSpace(json, 0);
  const known = bounds ?? boundsOf(json, begin);
  for (let index = 0; index < known.length; index += 4) {
    const name = begin + (known[index] as number);
    const nameEnd = begin + (known[index + 1] as number);
    const start = begin + (known[index + 2] as number);
    visit(nameIn(json, name, nameEnd), name, start, begin + (known[index + 3] as number));
  }
}

function boundsOf(json: Buffer, begin: number): EntryBounds {
  const bounds: number[] = [];
  endOfObject(json, begin, Number.POSITIVE_INFINITY, nothingSeen(), bounds);
  return bounds;
}

/** @param start and `end` include the quotes */
function nameIn(json: Buffer, start: number, end: number): string {
  const name = json.toString('utf8', start + 1, end - 1);
  return name.includes('\\') ? (parseJson(`"${name}"`) as string) : name;
}
