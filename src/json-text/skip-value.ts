/** Bytes of JSON's grammar (RFC 8259 §2). */
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Bytes per step. A step takes less than a millisecond for any content. */
export const STEP_BYTES = 32 * 1024;

/** Where a value ends, or how far it was followed. */
export interface Skipping {
  /** The index of the next byte. At the end of the value, the index behind it. */
  at: number;
  /** How many lists and objects are open. */
  depth: number;
  isInText: boolean;
}

export const skipping = (at: number): Skipping => ({ at, depth: 0, isInText: false });

/**
 * Goes towards the end of a value of valid JSON, by at most {@link STEP_BYTES}. It does not recurse.
 *
 * @returns whether the end is reached. Otherwise call it again.
 */
export function skipValue(json: Uint8Array, state: Skipping): boolean {
  const stop = Math.min(json.length, state.at + STEP_BYTES);
  let { at, depth, isInText } = state;
  while (at < stop) {
    const byte = json[at] as number;
    if (isInText) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) {
        isInText = false;
        if (depth === 0) return ended(state, at + 1);
      }
      at++;
      continue;
    }
    switch (byte) {
      case QUOTE:
        isInText = true;
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        depth++;
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        // The end of the list or object around a number or a word.
        if (depth === 0) return ended(state, at);
        if (--depth === 0) return ended(state, at + 1);
        break;
      case COMMA:
        if (depth === 0) return ended(state, at);
        break;
      default:
        if (depth === 0 && byte <= SPACE) return ended(state, at);
    }
    at++;
  }
  if (at >= json.length) return ended(state, json.length);
  state.at = at;
  state.depth = depth;
  state.isInText = isInText;
  return false;
}

function ended(state: Skipping, at: number): true {
  state.at = at;
  return true;
}
