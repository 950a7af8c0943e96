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
 * `.` or `..` as a piece between slashes, either kind, or as the whole value, which stands between slashes of the path.
 * Servers that strip a path parameter (`..;v=1`, RFC 3986 §3.3), white space or what follows U+0000, and those that see a
 * query or a fragment begin, see a dot segment there, too.
 */
const DOT_PIECE = /(?:^|[/\\])[\s\0]*\.\.?[\s\0]*(?:[/\\;?#]|$)/;

/** True where the text is a dot segment, or holds one between slashes, as it is or decoded. */
export function holdsDotSegment(text: string): boolean {
  let decoded = text;
  for (let level = 0; level <= DECODINGS; level++) {
    if (DOT_PIECE.test(decoded)) return true;
    if (!decoded.includes('%')) return false;
    decoded = decodeOnce(decoded);
  }
  return false;
}
