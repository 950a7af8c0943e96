import { type DataType, listOf } from './datatypes.js';
import { ValueError } from './value-error.js';

/** All statuses of a class: `2xx` means 200 to 299. */
export type StatusClass = '2xx' | '3xx' | '4xx' | '5xx';

/** One status, or a class of them. */
export type StatusPattern = number | StatusClass;

const EXPECTED =
  'must be a list of HTTP statuses from 200 to 599 and classes such as 2xx, separated by commas';

const statusPattern: DataType<StatusPattern> = {
  description: 'HTTP status from 200 to 599, or a class as in 2xx',
  parse(value) {
    // A response with 1xx is never final (RFC 9110 section 15.2).
    if (/^[2-5]xx$/i.test(value)) return value.toLowerCase() as StatusClass;
    if (/^[2-5]\d\d$/.test(value)) return Number(value);
    throw new ValueError(EXPECTED);
  },
};

const patterns = listOf(statusPattern);
/** Nearly all procedures have it, so they share it. */
const ANY_2XX: readonly StatusPattern[] = Object.freeze(['2xx'] as const);

/** The statuses that are results. One of them is a 2xx. */
export const successStatuses: DataType<readonly StatusPattern[]> = {
  description: `list, separated by commas, each: ${statusPattern.description}`,
  parse(value, context) {
    if (value === '2xx') return ANY_2XX;
    const found = patterns.parse(value, context);
    if (found.some((pattern) => pattern === '2xx' || (typeof pattern === 'number' && pattern < 300)))
      return found;
    throw new ValueError(`${EXPECTED}; without a status of 2xx, no call could succeed: write 2xx, 404`);
  },
};

/** Whether a status is one of a list. */
export function matchesStatus(patterns: readonly StatusPattern[], status: number): boolean {
  return patterns.includes(status) || patterns.includes(`${Math.floor(status / 100)}xx` as StatusClass);
}
