/**
 * Reads a `Retry-After` field (RFC 9110 §10.2.3): seconds, or a date.
 *
 * @param nowWall milliseconds since the epoch
 * @returns milliseconds to wait. 0 for a date in the past. Undefined if the field is neither.
 */
export function parseRetryAfter(field: string | undefined, nowWall: number): number | undefined {
  if (field === undefined) return undefined;
  const text = field.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // An HTTP date begins with the name of a day. Date.parse would also accept numbers and many other
  // formats. The oldest of the three formats has no zone. All of them mean GMT (RFC 9110 §5.6.7).
  const zoned = / (GMT|UTC)$/i.test(text) ? text : `${text} GMT`;
  const date = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(zoned) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowWall);
}
