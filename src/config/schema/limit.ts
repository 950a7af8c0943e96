import { duration, flag, integer, oneOf } from '../types/datatypes.js';
import { requestRate } from '../types/rate.js';
import type { KeyTable } from './spec.js';

/** The keys `limit.*` of a service. */
export const LIMIT_KEYS = {
  'limit.rate': {
    type: requestRate,
    meaning:
      'How many requests the gateway sends to the API within a time. Each attempt of a call is a request. A stored response (`cache`) is none. Further calls end with `rate_limited`. Default: no limit.',
    example: '100/1m',
  },
  'limit.burst': {
    type: integer({ min: 1, max: 1_000_000 }),
    computed: 'the number of `limit.rate`',
    meaning: 'How many requests may be sent at once after a quiet time. Later ones come at the rate.',
    example: '10',
  },
  'limit.wait': {
    type: duration({ zero: 'calls do not wait' }),
    default: '0',
    meaning:
      'How long a call may wait until `limit.rate` or `limit.obey_retry_after` allows its request. Callers take turns.',
    example: '2s',
  },
  'limit.per': {
    type: oneOf('service', 'caller'),
    default: 'service',
    meaning:
      '`service`: `limit.rate` is for all calls together. `caller`: each caller has this rate for itself. Callers with the same authid are one caller, and each anonymous session is one.',
    example: 'caller',
  },
  'limit.obey_retry_after': {
    type: flag,
    default: 'off',
    meaning:
      'Whether a response 429 or 503 with `Retry-After` stops the calls with the same credential for that time, at most 60 s. They end with `rate_limited`.',
    example: 'on',
  },
} as const satisfies KeyTable;
