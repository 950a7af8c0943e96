import { randomUUID } from 'node:crypto';

/** The default limit of {@link parseJson}, and of `wamp.max_nesting`. */
export const DEFAULT_MAX_NESTING = 512;

/** Maximum digits of an integer. Converting digits into a BigInt takes more than linear time. */
const MAX_INTEGER_DIGITS = 4096;

// An integer with at least 16 digits. Does not match the digits of a fraction or an exponent. Does
// not match before a colon either. A number is invalid there, but after quoting it would pass as a
// key.
const LONG_INTEGER = /(?<![\d.eE+-])-?[1-9]\d{15,}(?![\d.eE]|\s*:)/g;

/** A key that consists of one escape, or the same characters inside a string. */
const ESCAPED_KEY = /"\\(?:u[\da-fA-F]{4}|[^u])"\s*:/;
/** A string with one character, which may be an escape. */
const ONE_CHARACTER = /^"(?:[^\\]|\\(?:u[\da-fA-F]{4}|[^u]))"$/;

/**
 * Parses JSON without losing information: integers beyond ±2^53 become BigInt, and `__proto__`
 * becomes an own key.
 *
 * Most text has no 16 consecutive digits and goes to `JSON.parse` unchanged. Otherwise, this
 * function first turns long integers into strings with an unguessable mark, and converts the marked
 * strings after parsing. It also marks keys of one character if one of them is an escape. Since
 * Node 24, V8 may read such a key as a backslash (https://github.com/nodejs/node/issues/63785). The
 * package json-custom-numbers needs only one pass, but it assigns `__proto__` as the prototype.
 *
 * @param maxDepth maximum nesting of lists and dictionaries; checked before any recursion
 * @throws SyntaxError if the text is not JSON, is nested deeper than `maxDepth`, or has an integer
 * with more than 4096 digits
 */
export function parseJson(text: string, maxDepth = DEFAULT_MAX_NESTING): unknown {
  if (jsonNestingExceeds(text, maxDepth)) throw new SyntaxError(`nested deeper than ${maxDepth} levels`);
  // Searches for one character first, because that is cheap.
  const hasEscapedKey = text.includes('\\') && ESCAPED_KEY.test(text);
  if (!hasEscapedKey && !hasSixteenDigits(text)) return JSON.parse(text);
  const mark = randomUUID();
  return unmark(JSON.parse(markText(text, mark, hasEscapedKey)), mark);
}

/**
 * Whether text has 16 consecutive digits. One of these digits must be at an index 16n + 15. So for
 * most text, only these indexes are read.
 */
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
  // charCodeAt gives NaN outside the text.
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/**
 * Writes JSON. A BigInt is written as its digits.
 *
 * @throws TypeError if the value is not JSON (undefined, a function) or is circular. RangeError if
 * its nesting exceeds the stack.
 */
export function stringifyJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    // JSON.stringify throws a TypeError for a BigInt and for a circular reference. A circular
    // reference fails again below.
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
  // Does not use a regular expression, because V8 keeps each new one in its cache for two garbage
  // collections.
  const [start, ...rest] = text.split(`"${mark}`);
  return start + rest.map((piece) => piece.replace('"', '')).join('');
}

/**
 * Whether lists and dictionaries are nested deeper than `maxDepth`. Counts brackets outside
 * strings.
 */
function jsonNestingExceeds(text: string, maxDepth: number): boolean {
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

/**
 * A cheap first check. Text with at most this many opening brackets cannot be nested deeper than
 * the limit.
 */
function opensAtMost(text: string, limit: number): boolean {
  let count = 0;
  for (const bracket of ['[', '{']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (++count > limit) return false;
    }
  }
  return true;
}

/**
 * The index of the quote that closes the string at `start`. The text's length if there is no such
 * quote.
 */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at;
    if (code === 0x5c) at++; // a backslash escapes the next character
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
    // Also marks keys without an escape. If two keys are equal, the last one must take effect.
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

/**
 * Converts marked strings. Recursion is safe, because the nesting was checked. Writes only entries
 * that change, so `__proto__` stays an own key.
 */
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

/**
 * The same entries in the same order. If two keys are equal, the last one takes effect, as in
 * JSON.parse.
 */
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
