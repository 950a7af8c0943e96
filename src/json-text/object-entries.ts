import { parseJson } from '../json.js';
import { skipSpace } from './scan-json.js';

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Finds the entries of an object, in the order in which they are written, and looks no deeper. A name that is written
 * twice comes twice.
 *
 * @param json valid JSON, and an object
 * @param visit is told the name, unescaped, and where its value begins and ends
 */
export function forEachEntry(json: Buffer, visit: (name: string, start: number, end: number) => void): void {
  let at = skipSpace(json, skipSpace(json, 0) + 1);
  while (json[at] === QUOTE) {
    const nameEnd = endOfString(json, at);
    // Behind the colon.
    const start = skipSpace(json, skipSpace(json, nameEnd) + 1);
    const end = endOfValid(json, start);
    visit(nameIn(json, at, nameEnd), start, end);
    // Behind the comma, or the end.
    at = skipSpace(json, skipSpace(json, end) + 1);
  }
}

/** @param start and `end` include the quotes */
function nameIn(json: Buffer, start: number, end: number): string {
  const name = json.toString('utf8', start + 1, end - 1);
  return name.includes('\\') ? (parseJson(`"${name}"`) as string) : name;
}

// Below: all of it is known to be valid, so that quotes and brackets are all that need be looked at.

function endOfValid(json: Buffer, start: number): number {
  switch (json[start]) {
    case QUOTE:
      return endOfString(json, start);
    case OPEN_LIST:
    case OPEN_OBJECT:
      return endOfContainer(json, start);
    default:
      return endOfWord(json, start);
  }
}

function endOfContainer(json: Buffer, start: number): number {
  let open = 0;
  for (let at = start; at < json.length; at++) {
    const byte = json[at] as number;
    if (byte === QUOTE) at = endOfString(json, at) - 1;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) open++;
    else if ((byte === CLOSE_LIST || byte === CLOSE_OBJECT) && --open === 0) return at + 1;
  }
  return json.length;
}

function endOfString(json: Buffer, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    const byte = json[at];
    if (byte === QUOTE) return at + 1;
    // It takes the next character with it.
    if (byte === BACKSLASH) at++;
  }
  return json.length;
}

/** A number, or true, false or null. */
function endOfWord(json: Buffer, start: number): number {
  let at = start;
  for (let byte = json[at]; byte !== undefined; byte = json[++at])
    if (byte <= SPACE || byte === COMMA || byte === CLOSE_OBJECT) break;
  return at;
}
