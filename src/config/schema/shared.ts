import { nonEmptyText } from '../types/datatypes.js';
import {
  callTemplate,
  cookieName,
  cookieTemplate,
  headerName,
  headerTemplate,
  requestHeaderName,
} from '../types/http-types.js';
import { errorUri } from '../types/wamp-types.js';
import { errorStatus, foldHeader, mapByStatus, namedTemplates } from './families.js';
import type { KeyTable } from './spec.js';

/**
 * Keys that a service and its procedures have in common. The value of a procedure overrides that of
 * its service.
 */
export const SHARED_KEYS = {
  'headers.$name': {
    type: headerTemplate,
    family: { name: requestHeaderName, fold: foldHeader, collect: namedTemplates },
    meaning:
      "A header to send. It replaces the default, and a header of the same name in the caller's `_headers`. Without a value for its variable it is left out. `headers.Host` is a host without variables, for a virtual host that differs from `base_url`; for TLS see `tls.servername`.",
    example: 'headers.X-User = {{caller.authid}}',
  },
  'query.$name': {
    type: callTemplate,
    family: { name: nonEmptyText, collect: namedTemplates },
    meaning:
      'A query parameter to send. A list repeats the parameter. Without a value for its variable it is left out. `$name` is the rest of the key, with dots and brackets.',
    example: 'query.filter[status] = {{status}}',
  },
  'cookies.$name': {
    type: cookieTemplate,
    family: { name: cookieName, collect: namedTemplates },
    meaning: 'A cookie to send. Without a value for its variable it is left out.',
    example: 'cookies.lang = {{lang:-en}}',
  },
  'errors.$status': {
    type: errorUri,
    family: { name: errorStatus, collect: mapByStatus },
    meaning: 'The WAMP error for an HTTP status from 300 to 599. It replaces the default.',
    example: 'errors.409 = com.billing.error.conflict',
  },
  idempotency_header: {
    type: headerName,
    meaning:
      'The header for an idempotency key: a UUID, new for each call and the same in each of its attempts. With it POST and PATCH can be retried. A value from the caller takes precedence.',
    example: 'Idempotency-Key',
  },
} as const satisfies KeyTable;
