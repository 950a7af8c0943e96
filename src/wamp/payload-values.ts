import { parseJson } from '../json.js';
import { isJsonText, type JsonText, textOfJson } from '../json-text/json-text.js';
import { weighsMore } from '../json-text/weigh-json.js';
import type { Dict, Payload } from './payload.js';

/**
 * Maximum nesting when JSON text is parsed or transcoded later. No valid text exceeds it, because
 * an equal or lower limit applied when the text was created:
 *
 * - for messages of clients: `wamp.max_nesting`, which is at most 1000
 * - for upstream responses: a little more than 1000
 * - for replies to this package's own clients: this constant (src/transport/dial-options.ts)
 */
export const JSON_TEXT_NESTING = 2048;

/**
 * The positional arguments as values. Parses JSON text. Returns an empty list if they are absent.
 */
export function argsOf(payload: { readonly args?: Payload['args'] | undefined }): readonly unknown[] {
  const { args } = payload;
  if (args === undefined) return [];
  return isJsonText(args) ? (valueOfJson(args) as readonly unknown[]) : args;
}

/**
 * The keyword arguments as values. Parses JSON text. Returns an empty dictionary if they are
 * absent.
 */
export function kwargsOf(payload: { readonly kwargs?: Payload['kwargs'] | undefined }): Dict {
  const { kwargs } = payload;
  if (kwargs === undefined) return {};
  return isJsonText(kwargs) ? (valueOfJson(kwargs) as Dict) : kwargs;
}

/** The value of JSON text. */
export function valueOfJson(json: JsonText): unknown {
  return parseJson(textOfJson(json), JSON_TEXT_NESTING);
}

/** Whether JSON text contains more than `max` values and names, counted as in weights.ts. */
export function holdsMoreValues(json: JsonText, max: number): boolean {
  const { before, bytes, after } = json;
  // Each value takes at least one byte.
  if (before.length + bytes.length + after.length < max) return false;
  return weighsMore(Buffer.from(textOfJson(json)), max);
}
