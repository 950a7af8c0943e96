import { skipSpace } from '../../../json-text/scan-json.js';

const OPEN = Buffer.from('[');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']');

/** Joins lists in JSON into one list. The items stay exactly as they are. */
export function joinLists(lists: readonly Buffer[]): Buffer {
  const pieces: Buffer[] = [OPEN];
  for (const list of lists) {
    const items = list.subarray(1, -1);
    if (skipSpace(items, 0) === items.length) continue;
    if (pieces.length > 1) pieces.push(COMMA);
    pieces.push(items);
  }
  return Buffer.concat([...pieces, CLOSE]);
}
