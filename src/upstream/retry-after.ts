import { parseHttpDate } from './http-date.js';

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
  const date = parseHttpDate(text);
  return date === undefined ? undefined : Math.max(0, date - nowWall);
}
