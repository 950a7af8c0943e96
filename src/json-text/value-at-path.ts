import { parseJson } from '../json.js';
import { skipSpace } from './scan-json.js';
import { STEP_BYTES, skipping, skipValue } from './skip-value.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Finds the value at a path, in steps. The event loop can run between the steps. Creates no values.
 *
 * If an object has a name twice, the last one counts, as for JSON.parse.
 *
 * @param json valid JSON
 * @param path names, and indexes of lists
 * @returns the bytes of the value. Undefined if there is none
 */
export function* valueAtPath(json: Buffer, path: readonly string[]): Generator<void, Buffer | undefined> {
  let value = json.subarray(skipSpace(json, 0));
  for (const step of path) {
    const found = yield* entryIn(value, step);
    if (found === undefined) return undefined;
    value = found;
  }
  const state = skipping(0);
  while (!skipValue(value, state)) yield;
  return value.subarray(0, state.at);
}

/** The entry of a list or object. */
function* entryIn(value: Buffer, step: string): Generator<void, Buffer | undefined> {
  switch (value[0]) {
    case OPEN_OBJECT:
      return yield* memberIn(value, step);
    case OPEN_LIST:
      return /^(?:0|[1-9]\d*)$/.test(step) ? yield* itemIn(value, Number(step)) : undefined;
    default:
      return undefined;
  }
}

function* memberIn(json: Buffer, name: string): Generator<void, Buffer | undefined> {
  const wanted = Buffer.from(name);
  let found: Buffer | undefined;
  let stepEnd = STEP_BYTES;
  let at = skipSpace(json, 1);
  while (json[at] !== CLOSE_OBJECT) {
    const state = skipping(at);
    while (!skipValue(json, state)) yield;
    const isWanted = isName(json, at + 1, state.at - 1, wanted, name);
    // The colon comes next.
    const start = skipSpace(json, skipSpace(json, state.at) + 1);
    const value = skipping(start);
    while (!skipValue(json, value)) yield;
    if (isWanted) found = json.subarray(start, value.at);
    at = skipSpace(json, value.at);
    if (json[at] === COMMA) at = skipSpace(json, at + 1);
    if (at > stepEnd) {
      yield;
      stepEnd = at + STEP_BYTES;
    }
  }
  return found;
}

/** @param start and `end` are those of the name without its quotes */
function isName(json: Buffer, start: number, end: number, wanted: Buffer, name: string): boolean {
  for (let index = start; index < end; index++) {
    if (json[index] === BACKSLASH) return parseJson(json.toString('utf8', start - 1, end + 1)) === name;
  }
  return end - start === wanted.length && json.compare(wanted, 0, wanted.length, start, end) === 0;
}

function* itemIn(json: Buffer, index: number): Generator<void, Buffer | undefined> {
  let count = 0;
  for (const item of itemsOf(json)) {
    if (item === undefined) yield;
    else if (count++ === index) return item;
  }
  return undefined;
}

/**
 * The items of a list, as JSON. Yields undefined between two steps.
 *
 * @param json a list of valid JSON, without space before it
 */
export function* itemsOf(json: Buffer): Generator<Buffer | undefined, void> {
  let stepEnd = STEP_BYTES;
  let at = skipSpace(json, 1);
  while (json[at] !== CLOSE_LIST) {
    const state = skipping(at);
    while (!skipValue(json, state)) yield undefined;
    yield json.subarray(at, state.at);
    at = skipSpace(json, state.at);
    if (json[at] === COMMA) at = skipSpace(json, at + 1);
    if (at > stepEnd) {
      yield undefined;
      stepEnd = at + STEP_BYTES;
    }
  }
}

/** The text of a JSON string. */
export function textIn(json: Buffer): string | undefined {
  return json[0] === QUOTE ? (parseJson(json.toString('utf8')) as string) : undefined;
}

/** Whether a value is `null`, `false`, `0`, `""`, `[]` or `{}`. */
export function isEmptyValue(json: Buffer): boolean {
  switch (json[0]) {
    case OPEN_LIST:
    case OPEN_OBJECT:
      return skipSpace(json, 1) === json.length - 1;
    case QUOTE:
      return json.length === 2;
    default:
      return json.length <= 8 && /^(?:null|false|-?0(?:\.0+)?)$/.test(json.toString('latin1'));
  }
}
