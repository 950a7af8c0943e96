/**
 * Reads a date of HTTP (RFC 9110 §5.6.7). Returns milliseconds since the epoch, or undefined if it
 * is no date.
 */
export function parseHttpDate(text: string): number | undefined {
  // An HTTP date begins with the name of a day. Date.parse would also accept numbers and many other
  // formats. The oldest of the three formats has no zone. All of them mean GMT.
  const zoned = / (GMT|UTC)$/i.test(text) ? text : `${text} GMT`;
  const date = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(zoned) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}
