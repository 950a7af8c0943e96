/**
 * Reads a `Retry-After` field (RFC 9110 §10.2.3): seconds, or a date.
 *
 * @param nowWall milliseconds since the epoch.
 * @returns milliseconds to wait, 0 for a date that has passed, or undefined where the field says neither.
 */
export function retryAfterMs(field: string | undefined, nowWall: number): number | undefined {
  if (field === undefined) return undefined;
  const text = field.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // Every HTTP date has letters; Date.parse would take bare numbers and much else for one.
  // The oldest of the three forms names no zone; all of them mean GMT (RFC 9110 §5.6.7).
  const zoned = / (GMT|UTC)$/i.test(text) ? text : `${text} GMT`;
  const date = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(zoned) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowWall);
}
