import { decodeOnce } from './decode-once.js';

/**
 * Finds the segments `.` and `..` in a caller's path variable, in every form that a server may read
 * as a dot segment.
 *
 * A value is percent-encoded as one segment, so that `../x` is sent as `..%2Fx`. But many servers
 * decode a path before they resolve its dot segments, and some decode it twice. On such a server,
 * the value leads out of the folder of base_url (RFC 3986 §7.3, WHATWG URL §4.4).
 */

/** How often a text is decoded. A server behind a proxy may decode it twice. More is unusual. */
const DECODINGS = 4;

/**
 * `.` or `..` between slashes of either kind, or as the whole text.
 *
 * It also matches text that some servers shorten to a dot segment. They remove a path parameter
 * (`..;v=1`, RFC 3986 §3.3), white space, or everything after U+0000. Other servers take `?` and
 * `#` for the start of a query or a fragment.
 */
const DOT_PIECE = /(?:^|[/\\])[\s\0]*\.\.?[\s\0]*(?:[/\\;?#]|$)/;

const SLASH = /[/\\]/;

/**
 * True if the text is a dot segment, or contains one between slashes. Also checks the decoded text.
 *
 * The whole text `%2e%2e` is allowed. It is sent as `%252e%252e`, and a server that decodes it once
 * gets the original text.
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
