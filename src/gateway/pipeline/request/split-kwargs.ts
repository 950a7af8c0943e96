import { parseJson } from '../../../json.js';
import { isJsonText, type JsonText, jsonText, textOfJson } from '../../../json-text/json-text.js';
import { forEachEntry } from '../../../json-text/object-entries.js';
import type { Kwargs } from '../call.js';

/**
 * The use of a kwarg that arrives as JSON.
 *
 * - `value`: it is parsed.
 * - `json`: it stays JSON, under its name.
 * - `remaining`: it stays JSON, and belongs to the remaining kwargs.
 * - `dropped`: it is ignored.
 */
export type Use = 'value' | 'json' | 'remaining' | 'dropped';

/** The kwargs of a call. */
export interface SplitKwargs {
  /** The kwargs by name. Those with the use `json` may be JSON text. */
  readonly kwargs: Kwargs;
  /** The kwargs with the use `remaining`. Undefined if they are in `kwargs`. */
  readonly remainingJson: RemainingJson | undefined;
}

/** Remaining kwargs as JSON text. All names differ. */
export interface RemainingJson {
  /** Each piece is one entry, or several with commas between them, without brackets. */
  readonly pieces: readonly Uint8Array[];
  /** The whole object, if it has no other entries. */
  readonly whole: Uint8Array | undefined;
}

const NONE: Kwargs = Object.freeze({});
const LOWER_N = 0x6e;

/**
 * Splits the kwargs of a call by their use. Remaining kwargs that arrive as JSON stay JSON.
 *
 * @param useOf returns the use of a kwarg by its name. Undefined if all values are needed.
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
 * Returns undefined if a name may occur twice at any depth, even with different escapes. Then the
 * kwargs must be parsed, so that only the last value is sent. Otherwise a proxy that reads the body
 * might use the first value (RFC 8259 §4).
 */
function splitText(given: JsonText, useOf: (name: string) => Use): SplitKwargs | undefined {
  if (!given.namesDiffer) return undefined;
  const json = bytesOf(given);
  const pieces: Uint8Array[] = [];
  let kwargs: Record<string, unknown> | undefined;
  // The bounds of consecutive remaining entries.
  let pieceStart = -1;
  let pieceEnd = -1;
  forEachEntry(json, given.bounds, (name, begin, start, end) => {
    const use = useOf(name);
    if (use === 'remaining') {
      if (pieceStart < 0) pieceStart = begin;
      pieceEnd = end;
      return;
    }
    if (pieceStart >= 0) pieces.push(json.subarray(pieceStart, pieceEnd));
    pieceStart = -1;
    // The object has no prototype, so that `__proto__` is an ordinary name.
    kwargs ??= Object.create(null) as Record<string, unknown>;
    if (use !== 'dropped') kwargs[name] = readValue(json.subarray(start, end), use === 'value');
  });
  if (pieceStart >= 0) pieces.push(json.subarray(pieceStart, pieceEnd));
  if (pieces.length === 0) return { kwargs: kwargs ?? NONE, remainingJson: undefined };
  return {
    kwargs: kwargs ?? NONE,
    remainingJson: { pieces, whole: kwargs === undefined ? json : undefined },
  };
}

/** null is always parsed, because templates may treat it as missing. */
function readValue(json: Buffer, asValue: boolean): unknown {
  return asValue || json[0] === LOWER_N ? parse(json.toString('utf8')) : jsonText('', json);
}

/** Parses without a nesting limit, because the nesting was checked when the message arrived. */
function parse(json: string): unknown {
  return parseJson(json, Number.POSITIVE_INFINITY);
}

function bytesOf(json: JsonText): Buffer {
  const { before, bytes, after } = json;
  if (before !== '' || after !== '') return Buffer.from(textOfJson(json));
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
