import { type DataType, duration } from './datatypes.js';
import { ValueError } from './value-error.js';

/** How many requests may be sent within a time. */
export interface RequestRate {
  readonly count: number;
  readonly periodMs: number;
}

const MAX_COUNT = 1_000_000;
const period = duration();

/** A rate such as `100/1m`: 100 requests in one minute. The number of the unit may be left out. */
export const requestRate: DataType<RequestRate> = {
  description: 'rate: a number, a slash and a duration, as in 100/1m',
  parse(value, context) {
    const [, digits = '', time = ''] = /^(\d{1,7})\s*\/\s*(.+)$/.exec(value) ?? [];
    const count = Number(digits);
    if (digits === '' || count < 1 || count > MAX_COUNT) {
      throw new ValueError(
        `must be a number from 1 to ${MAX_COUNT}, a slash and a duration, as in 100/1m or 5/1s`,
      );
    }
    return { count, periodMs: period.parse(/^\d/.test(time) ? time : `1${time}`, context) };
  },
};
