import { parseJson } from '../../json.js';
import { isJsonText, type JsonText, jsonText, textOfJson } from '../../json-text/json-text.js';
import { forEachEntry } from '../../json-text/object-entries.js';
import type { Kwargs } from './call.js';

/**
 * What becomes of a kwarg that comes as JSON: it is made a value; it stays JSON, under its name; it stays JSON, and is
 * remaining; it is dropped.
 */
export type Use = 'value' | 'json' | 'remaining' | 'dropped';

/** The kwargs of a call. */
export interface SplitKwargs {
  /** By name. Where the use is `json` it may be JSON text. */
  readonly kwargs: Kwargs;
  /** Those whose use is `remaining`, where they are not among `kwargs`. */
  readonly remainingJson: RemainingJson | undefined;
}

/** Leftover kwargs as they are written, all of different names. */
export interface RemainingJson {
  /** One entry or some with commas between them, and no brackets around. */
  readonly pieces: readonly Uint8Array[];
  /** The whole object, where it is just these entries. */
  readonly whole: Uint8Array | undefined;
}

const NONE: Kwargs = Object.freeze({});
const LOWER_N = 0x6e;

/**
 * Gives each kwarg by its name, and where they come as JSON the remaining ones as such.
 *
 * @param useOf by the kwarg's name; undefined where every value is looked at
 */
export function splitKwargs(
  given: Kwargs | JsonText,
  useOf: ((name: string) => Use) | undefined,
): SplitKwargs {
  if (!isJsonText(given)) return { kwargs: given, remainingJson: undefined };
  return (
    (useOf && splitText(given, useOf)) ?? {
      kwargs: parse(textOfJson(given)) as Kwargs,
      remainingJson: undefined,
    }
  );
}

/**
 * Undefined where a name may be written twice, in whatever way and however deep: the last one counts, and the others must
 * not leave, for what reads the body on its way may take the first (RFC 8259 §4).
 */
function splitText(given: JsonText, useOf: (name: string) => Use): SplitKwargs | undefined {
  if (!given.namesDiffer) return undefined;
  const json = bytesOf(given);
  const pieces: Uint8Array[] = [];
  let kwargs: Record<string, unknown> | undefined;
  // Of remaining entries, one behind the other.
  let pieceBegin = -1;
  let pieceEnd = -1;
  forEachEntry(json, given.bounds, (name, begin, start, end) => {
    const use = useOf(name);
    if (use === 'remaining') {
      if (pieceBegin < 0) pieceBegin = begin;
      pieceEnd = end;
      return;
    }
    if (pieceBegin >= 0) pieces.push(json.subarray(pieceBegin, pieceEnd));
    pieceBegin = -1;
    // No prototype, so that `__proto__` is a name like any other.
    kwargs ??= Object.create(null) as Record<string, unknown>;
    if (use !== 'dropped') kwargs[name] = readValue(json.subarray(start, end), use === 'value');
  });
  if (pieceBegin >= 0) pieces.push(json.subarray(pieceBegin, pieceEnd));
  if (pieces.length === 0) return { kwargs: kwargs ?? NONE, remainingJson: undefined };
  return {
    kwargs: kwargs ?? NONE,
    remainingJson: { pieces, whole: kwargs === undefined ? json : undefined },
  };
}

/** A null may stand for what is missing, which is for templates to say. */
function readValue(json: Buffer, asValue: boolean): unknown {
  return asValue || json[0] === LOWER_N ? parse(json.toString('utf8')) : jsonText('', json);
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
