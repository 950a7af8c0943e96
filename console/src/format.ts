const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** 1234 → "1,234" */
export const count = (value: number): string => whole.format(value);

/** 1 and "call" → "1 call"; 1234 and "call" → "1,234 calls" */
export const counted = (value: number, name: string): string =>
  `${count(value)} ${name}${value === 1 ? '' : 's'}`;

/** Calls of the last minute → "20.6/s" */
export const rate = (callsPerMinute: number): string => `${short.format(callsPerMinute / 60)}/s`;

/** 0.0312 → "3.12 %" */
export const percent = (ratio: number): string => `${short.format(ratio * 100)} %`;

/** Milliseconds → "3.2 ms" or "1.4 s". Null → "–" */
export function milliseconds(value: number | null): string {
  if (value === null) return '–';
  return value < 1_000 ? `${short.format(value)} ms` : `${short.format(value / 1_000)} s`;
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** Seconds → the two largest units: "3 d 4 h", "12 s" */
export function duration(seconds: number): string {
  let rest = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0 || (unit === 's' && parts.length === 0)) parts.push(`${amount} ${unit}`);
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

/** The time since an ISO date: "2 min 5 s". @param now milliseconds since the epoch */
export const elapsed = (iso: string, now: number): string => duration((now - Date.parse(iso)) / 1_000);

/** How long ago an ISO date is: "2 min 5 s ago" */
export const ago = (iso: string, now: number): string => `${elapsed(iso, now)} ago`;

/** The local time of an ISO date: "14:03:22" */
export const clockTime = (iso: string): string =>
  new Date(iso).toLocaleTimeString('en-GB', { hour12: false });
