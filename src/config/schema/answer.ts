import { successStatuses } from '../types/answer-types.js';
import { dotPath, flag, integer, wholeOrDotPath } from '../types/datatypes.js';
import { nextPagePlace } from '../types/pages-types.js';
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
    meaning:
      'Whether a missing part at `response.path` becomes `null` instead of an error. With `pages.next`: whether a page without a list is empty instead of an error.',
    example: 'on',
  },
  'pages.next': {
    type: nextPagePlace,
    meaning:
      'Only for GET: the gateway also gets the next pages of a list, and joins their items. Where a page names the next one: `link` in the header Link, `header:NAME` in another header, `body:PATH` at a dot path in its JSON, each as a URL; `cursor:PATH>PARAMETER` at a dot path, as the value of a query parameter. Only URLs below `base_url` are followed. If pages are left, the RESULT has the kwarg `more: true`.',
    example: 'cursor:meta.next>cursor',
  },
  'pages.items': {
    type: wholeOrDotPath,
    default: '.',
    meaning: 'The dot path of the list in the JSON of a page. `.` is the whole JSON.',
    example: 'data.items',
  },
  'pages.limit': {
    type: integer({ min: 1, max: 10_000 }),
    default: '10',
    meaning:
      'How many pages one call gets at most. It gets no further page after its `deadline` either, and all pages together may have `pool.max_response_size` bytes.',
    example: '50',
  },
} as const satisfies KeyTable;
