import { successStatuses } from '../types/answer-types.js';
import { dotPath, flag } from '../types/datatypes.js';
import { errorUri } from '../types/wamp-types.js';
import type { KeyTable } from './spec.js';

/** Keys about responses that a service and its procedures have in common. */
export const SHARED_ANSWER_KEYS = {
  error_path: {
    type: dotPath,
    meaning:
      'For APIs that report errors with a status of 2xx: a dot path into the JSON of the response. If there is a value, the call ends with an ERROR. `null`, `false`, `0`, `""`, `[]` and `{}` are not errors.',
    example: 'errors',
  },
  'errors.body': {
    type: errorUri,
    meaning: 'The WAMP error URI for a value at `error_path`. Default: `bondy.error.bad_gateway`.',
    example: 'com.billing.error.refused',
  },
} as const satisfies KeyTable;

/** Keys of a procedure about what becomes of a response. */
export const ANSWER_KEYS = {
  success: {
    type: successStatuses,
    default: '2xx',
    meaning:
      'The HTTP statuses that become a RESULT. All others become an ERROR. One of them is a 2xx. Retries and the circuit breaker do not depend on it.',
    example: '2xx, 404',
  },
  'response.path': {
    type: dotPath,
    meaning:
      'A dot path into the JSON of the response. This part of it becomes the `body` of a RESULT. A number is an index of a list. If the part is missing, the call ends with `bad_answer`.',
    example: 'data.items',
  },
  'response.path_optional': {
    type: flag,
    default: 'off',
    meaning: 'Whether a missing part at `response.path` becomes `null` instead of an error.',
    example: 'on',
  },
} as const satisfies KeyTable;
