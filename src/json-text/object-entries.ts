import { parseJson } from '../json.js';
import { endOfObject, nothingSeen, skipSpace } from './scan-json.js';

/**
 * Where the entries of an object are, counted from its bracket: four numbers each, begin and end of the name with its
 * quotes, then of the value.
 */
export type EntryBounds = readonly number[];

/** Told of an entry: its name, unescaped, and the indices at which it begins, its value begins, and both end. */
export type EntryVisitor = (name: string, begin: number, start: number, end: number) => void;

/**
 * Finds the entries of an object, in the order in which they are written, and looks no deeper. A name that is written
 * twice comes twice.
 *
 * @param json valid JSON, and an object
 * @param bounds where they are known
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
