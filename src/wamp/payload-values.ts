import { parseJson } from '../json.js';
import { isJsonText, type JsonText, textOfJson } from '../json-text/json-text.js';
import { weighsMore } from '../json-text/weigh-json.js';
import type { Dict, Payload } from './payload.js';

/**
 * Nesting allowed where JSON text is read or written anew, which is recursive or takes memory for each level. It is beyond what
 * was counted when the text was made: `wamp.max_nesting`, 1000 at most, for what clients send, 1000 and what stands around them
 * for answers of upstreams, and this much for replies to a client of ours (`src/transport/dial-options.ts`).
 */
export const JSON_TEXT_NESTING = 2048;

/** The positional arguments as values; parses them where they are still text. Absent ones are an empty list. */
export function argsOf(payload: { readonly args?: Payload['args'] | undefined }): readonly unknown[] {
  const { args } = payload;
  if (args === undefined) return [];
  return isJsonText(args) ? (valueOfJson(args) as readonly unknown[]) : args;
}

/** The keyword arguments as values; parses them where they are still text. Absent ones are an empty dictionary. */
export function kwargsOf(payload: { readonly kwargs?: Payload['kwargs'] | undefined }): Dict {
  const { kwargs } = payload;
  if (kwargs === undefined) return {};
  return isJsonText(kwargs) ? (valueOfJson(kwargs) as Dict) : kwargs;
}

/** The value of JSON text. */
export function valueOfJson(json: JsonText): unknown {
  return parseJson(textOfJson(json), JSON_TEXT_NESTING);
}

/** Whether JSON text holds more values and names than so many, as scan.ts counts them. */
export function holdsMoreValues(json: JsonText, most: number): boolean {
  const { before, bytes, after } = json;
  // Each takes a byte at least.
  if (before.length + bytes.length + after.length < most) return false;
  return weighsMore(Buffer.from(textOfJson(json)), most);
}
