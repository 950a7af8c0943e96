import { decodeOnce } from './decode-once.js';

/**
 * Finds `.` and `..` between slashes in what a caller puts into a path, in every form that a server may read as such.
 *
 * A value is percent-encoded as one segment, so that `../x` leaves as `..%2Fx`. Many servers decode a path before they
 * resolve its dot segments, some twice, and such a value leads them out of the folder that base_url names
 * (RFC 3986 §7.3, WHATWG URL §4.4).
 */

/** Each reveals one more level. More than a decoding server and a decoding proxy before it is not known. */
const DECODINGS = 4;

/**
 * `.` or `..` as a piece between slashes, either kind, or as the whole text.
 * Servers that strip a path parameter (`..;v=1`, RFC 3986 §3.3), white space or what follows U+0000, and those that see a
 * query or a fragment begin, see a dot segment there, too.
 */
const DOT_PIECE = /(?:^|[/\\])[\s\0]*\.\.?[\s\0]*(?:[/\\;?#]|$)/;

const SLASH = /[/\\]/;

/**
 * True if the text is a dot segment as it stands, or holds one between slashes, as it stands or decoded.
 *
 * A whole value `%2e%2e` is text like any other: it leaves as `%252e%252e`, and a server that decodes once reads the value.
 */
export function holdsDotSegment(text: string): boolean {
  let decoded = text;
  for (let level = 0; level <= DECODINGS; level++) {
    if ((level === 0 || SLASH.test(decoded)) && DOT_PIECE.test(decoded)) return true;
    if (!decoded.includes('%')) return false;
    decoded = decodeOnce(decoded);
  }
  return false;
}
