import { parseJson } from '../../json.js';
import { isJsonText, type JsonText, jsonText, textOfJson } from '../../json-text/json-text.js';
import { forEachEntry } from '../../json-text/object-entries.js';
import type { Kwargs } from './call.js';

/** What becomes of kwargs that come as JSON. */
export interface SplitRule {
  /** Whether somebody looks at the value of the kwarg of that name. Others stay JSON. */
  readonly isRead: (name: string) => boolean;
  /** Whether kwargs that all have such names are the body, as they came. */
  readonly isBody: (name: string) => boolean;
}

/** Kwargs by name; or the body that they all are, and none by name. */
export interface SplitKwargs {
  readonly kwargs: Kwargs;
  readonly body: Uint8Array | undefined;
}

const NONE: Kwargs = Object.freeze({});
const LOWER_N = 0x6e;

/**
 * Gives each kwarg by its name. Where the kwargs come as JSON, values that nobody looks at are JSON still.
 *
 * A name that is written twice counts once, with its last value, however it is escaped: as in JSON.parse.
 */
export function splitKwargs(given: Kwargs | JsonText, rule: SplitRule): SplitKwargs {
  if (!isJsonText(given)) return { kwargs: given, body: undefined };
  const json = bytesOf(given);
  const names: string[] = [];
  const bounds: number[] = [];
  let isBody = true;
  forEachEntry(json, (name, start, end) => {
    names.push(name);
    bounds.push(start, end);
    isBody &&= rule.isBody(name);
  });
  if (isBody && names.length > 0 && new Set(names).size === names.length) return { kwargs: NONE, body: json };
  // No prototype, so that `__proto__` is a name like any other.
  const kwargs = Object.create(null) as Record<string, unknown>;
  for (const [index, name] of names.entries()) {
    const value = json.subarray(bounds[2 * index], bounds[2 * index + 1]);
    // A null may stand for what is missing, which is for templates to say.
    const isRead = rule.isRead(name) || value[0] === LOWER_N;
    kwargs[name] = isRead ? parse(value.toString('utf8')) : jsonText('', value);
  }
  return { kwargs, body: undefined };
}

/** The nesting was counted when the JSON came in. */
function parse(json: string): unknown {
  return parseJson(json, Number.POSITIVE_INFINITY);
}

function bytesOf(json: JsonText): Buffer {
  const { before, bytes, after } = json;
  if (before !== '' || after !== '') return Buffer.from(textOfJson(json));
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
