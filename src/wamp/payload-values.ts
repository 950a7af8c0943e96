import { parseJson } from '../json.js';
import { isJsonText, type JsonText, textOfJson } from '../json-text/json-text.js';
import type { Dict, Payload } from './payload.js';

/** Nesting allowed in JSON text that a trusted end of an in-process pipe vouched for. */
const TRUSTED_NESTING = 2048;

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
  return parseJson(textOfJson(json), TRUSTED_NESTING);
}
