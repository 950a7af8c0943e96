import { isUtf8 } from 'node:buffer';

/** Up to this many bytes, a loop is faster than a call into the runtime, which needs a subarray. */
const SHORT = 128;

/**
 * Whether bytes are valid UTF-8, without surrogates and without overlong or truncated sequences
 * (RFC 3629 section 4).
 */
export function isUtf8Between(bytes: Buffer, start: number, end: number): boolean {
  if (end - start > SHORT) return isUtf8(bytes.subarray(start, end));
  let at = start;
  while (at < end) {
    const lead = bytes[at++] as number;
    if (lead < 0x80) continue;
    const more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    if (lead < 0xc2 || lead > 0xf4 || more > end - at || !isSecond(lead, bytes[at] as number)) return false;
    for (let after = at + more; ++at < after; ) {
      if (((bytes[at] as number) & 0xc0) !== 0x80) return false;
    }
  }
  return true;
}

/**
 * Whether a byte may be the second of a sequence. After some first bytes, its range is narrower
 * than for later bytes.
 */
function isSecond(lead: number, second: number): boolean {
  switch (lead) {
    case 0xe0:
      return second >= 0xa0 && second <= 0xbf;
    case 0xed:
      return second >= 0x80 && second <= 0x9f;
    case 0xf0:
      return second >= 0x90 && second <= 0xbf;
    case 0xf4:
      return second >= 0x80 && second <= 0x8f;
    default:
      return second >= 0x80 && second <= 0xbf;
  }
}

/** Decodes bytes that are valid UTF-8. Keeps a byte order mark at the start. */
export function textBetween(bytes: Buffer, start: number, end: number): string {
  if (end - start > 12) return bytes.toString('utf8', start, end);
  let text = '';
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte > 0x7f) return bytes.toString('utf8', start, end);
    text += String.fromCharCode(byte);
  }
  return text;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
/**
 * The weight of most control characters. Their escape has six characters, other escapes have two.
 */
const CONTROL = 4;

/**
 * Returns the weight of the characters that need an escape in JSON. It measures the work to write
 * the JSON.
 */
export function escapesBetween(bytes: Buffer, start: number, end: number): number {
  let escapes = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte > BACKSLASH) continue;
    if (byte < SPACE) escapes += byte >= 0x08 && byte <= 0x0d && byte !== 0x0b ? 1 : CONTROL;
    else if (byte === QUOTE || byte === BACKSLASH) escapes++;
  }
  return escapes;
}
