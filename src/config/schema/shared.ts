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

/** Keys that a service and its procedures have in common; what a procedure says goes before what its service says. */
export const SHARED_KEYS = {
  'headers.$name': {
    type: headerTemplate,
    family: { name: requestHeaderName, fold: foldHeader, collect: namedTemplates },
    meaning:
      'A header to send. It replaces the default and what the caller sends under the same name in `_headers`. A missing variable leaves it out. `headers.Host` is a host without variables, for a virtual host that `base_url` does not name; TLS goes by `tls.servername`.',
    example: 'headers.X-User = {{caller.authid}}',
  },
  'query.$name': {
    type: callTemplate,
    family: { name: nonEmptyText, collect: namedTemplates },
    meaning:
      'A query parameter to send. A list repeats the parameter, a missing variable leaves it out. `$name` is the rest of the key, dots and brackets included.',
    example: 'query.filter[status] = {{status}}',
  },
  'cookies.$name': {
    type: cookieTemplate,
    family: { name: cookieName, collect: namedTemplates },
    meaning: 'A cookie to send. A missing variable leaves it out.',
    example: 'cookies.lang = {{lang:-en}}',
  },
  'errors.$status': {
    type: errorUri,
    family: { name: errorStatus, collect: mapByStatus },
    meaning: 'The WAMP error for an HTTP status (300 to 599), in place of the built-in one.',
    example: 'errors.409 = com.billing.error.conflict',
  },
  idempotency_header: {
    type: headerName,
    meaning:
      'A header that carries a UUID, new for each call and the same on every attempt of it. With it POST and PATCH can be retried. A value that the caller sends wins.',
    example: 'Idempotency-Key',
  },
} as const satisfies KeyTable;
