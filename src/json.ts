import { randomUUID } from 'node:crypto';

/** Nesting allowed where the caller of {@link parseJson} names no limit; the default of `wamp.max_nesting`. */
export const DEFAULT_MAX_NESTING = 512;

/** Longest integer that is read, in digits: turning digits into a BigInt takes more than linear time. */
const MAX_INTEGER_DIGITS = 4096;

// A whole integer token of 16 digits or more: not a fraction's or an exponent's digits, and not before a colon, where a
// number is invalid and a quoted one would pass as a key.
const LONG_INTEGER = /(?<![\d.eE+-])-?[1-9]\d{15,}(?![\d.eE]|\s*:)/g;

/** A key of one character that is written as an escape, or what looks like one in a string. */
const ESCAPED_KEY = /"\\(?:u[\da-fA-F]{4}|[^u])"\s*:/;
/** A string of one character, as an escape or not. */
const ONE_CHARACTER = /^"(?:[^\\]|\\(?:u[\da-fA-F]{4}|[^u]))"$/;

/**
 * Reads JSON without losing anything: integers beyond ±2^53 become BigInt, `__proto__` stays an own key.
 *
 * Text without 16 digits in a row, which is nearly all text, goes straight to the runtime's parser. Otherwise the long
 * integers are put in quotes behind an unguessable mark first, and taken out of the quotes afterwards. So are keys of one
 * character marked, where one is written as an escape: V8 from Node 24 on reads some of these as a backslash, once anybody
 * has sent a key that is one (https://github.com/nodejs/node/issues/63785).
 * (npm json-custom-numbers would do it in one pass, but assigns `__proto__` as a prototype.)
 *
 * @param maxDepth lists and dictionaries within one another; counted before anything recursive sees the text
 * @throws SyntaxError for text that is not JSON, nests deeper than `maxDepth`, or holds an integer above 4096 digits
 */
export function parseJson(text: string, maxDepth = DEFAULT_MAX_NESTING): unknown {
  if (jsonNestingExceeds(text, maxDepth)) throw new SyntaxError(`nested deeper than ${maxDepth} levels`);
  // A search for one character first: it costs next to nothing.
  const hasEscapedKey = text.includes('\\') && ESCAPED_KEY.test(text);
  if (!hasEscapedKey && !hasSixteenDigits(text)) return JSON.parse(text);
  const mark = randomUUID();
  return unmark(JSON.parse(markText(text, mark, hasEscapedKey)), mark);
}

/** Of sixteen digits in a row one stands at each sixteenth place: of most text no more than those need be looked at. */
function hasSixteenDigits(text: string): boolean {
  for (let at = 15; at < text.length; at += 16) {
    if (!isDigit(text, at)) continue;
    let first = at;
    while (isDigit(text, first - 1)) first--;
    let end = at + 1;
    while (end < first + 16 && isDigit(text, end)) end++;
    if (end - first >= 16) return true;
  }
  return false;
}

function isDigit(text: string, at: number): boolean {
  // NaN beyond both ends.
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/**
 * Writes JSON; a BigInt is written as its digits.
 *
 * @throws TypeError for what JSON cannot hold at the top (undefined, a function) and for circular values; RangeError
 * for nesting beyond the stack
 */
export function stringifyJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    // The runtime refuses a BigInt with a TypeError, as it does a circle, which then fails here again.
    if (!(error instanceof TypeError)) throw error;
    text = stringifyBigIntegers(value);
  }
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

function stringifyBigIntegers(value: unknown): string | undefined {
  const mark = randomUUID();
  const text: string | undefined = JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'bigint' ? `${mark}${item}` : item,
  );
  if (text === undefined) return undefined;
  // Not by a regular expression: the runtime keeps each one with a new mark until it has cleaned up twice.
  const [start, ...rest] = text.split(`"${mark}`);
  return start + rest.map((piece) => piece.replace('"', '')).join('');
}

/** True where lists and dictionaries nest deeper than `maxDepth`, judged by the brackets outside strings. */
export function jsonNestingExceeds(text: string, maxDepth: number): boolean {
  if (text.length <= maxDepth || opensAtMost(text, maxDepth)) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(text, at);
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > maxDepth) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
    }
  }
  return false;
}

/** Cheap first look: text with no more opening brackets than the limit, wherever they stand, cannot nest deeper. */
function opensAtMost(text: string, limit: number): boolean {
  let count = 0;
  for (const bracket of ['[', '{']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (++count > limit) return false;
    }
  }
  return true;
}

/** Index of the quote that closes the string opened at `start`, or the text's length where none does. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at;
    if (code === 0x5c) at++; // a backslash takes the next character with it
  }
  return text.length;
}

function markText(text: string, mark: string, marksKeys: boolean): string {
  const pieces: string[] = [];
  let at = 0;
  while (at < text.length) {
    const quote = text.indexOf('"', at);
    const between = quote < 0 ? text.slice(at) : text.slice(at, quote);
    pieces.push(
      between.length < 16 ? between : between.replace(LONG_INTEGER, (digits) => quoted(digits, mark)),
    );
    if (quote < 0) break;
    const end = endOfString(text, quote) + 1;
    const token = text.slice(quote, end);
    // Escaped or not: of two that are the same the last one must win.
    const isShortKey = marksKeys && ONE_CHARACTER.test(token) && isBeforeColon(text, end);
    pieces.push(isShortKey ? `"${mark}${token.slice(1)}` : token);
    at = end;
  }
  return pieces.join('');
}

function isBeforeColon(text: string, start: number): boolean {
  let at = start;
  while (' \t\n\r'.includes(text.charAt(at)) && at < text.length) at++;
  return text.charAt(at) === ':';
}

function quoted(digits: string, mark: string): string {
  if (digits.length > MAX_INTEGER_DIGITS)
    throw new SyntaxError(`an integer of more than ${MAX_INTEGER_DIGITS} digits`);
  return `"${mark}${digits}"`;
}

/** Recursion is safe here: the nesting has been counted. Only entries that change are written, so keys stay own keys. */
function unmark(value: unknown, mark: string): unknown {
  if (typeof value === 'string')
    return value.startsWith(mark) ? exactInteger(value.slice(mark.length)) : value;
  if (typeof value !== 'object' || value === null) return value;
  const container = value as Record<string, unknown>;
  let hasMarkedKey = false;
  for (const key of Object.keys(container)) {
    const before = container[key];
    const after = unmark(before, mark);
    if (after !== before) container[key] = after;
    hasMarkedKey ||= key.startsWith(mark);
  }
  return hasMarkedKey ? withoutMarks(container, mark) : value;
}

/** The same entries in the same order; of two with one key the last one counts, as in JSON.parse. */
function withoutMarks(container: Record<string, unknown>, mark: string): object {
  const result = {};
  for (const [key, value] of Object.entries(container)) {
    const name = key.startsWith(mark) ? key.slice(mark.length) : key;
    Object.defineProperty(result, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return result;
}

function exactInteger(digits: string): number | bigint {
  const exact = BigInt(digits);
  const rounded = Number(exact);
  return Math.abs(rounded) <= 9007199254740992 && BigInt(rounded) === exact ? rounded : exact;
}
