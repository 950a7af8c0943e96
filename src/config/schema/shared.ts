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
import { SHARED_ANSWER_KEYS } from './answer.js';
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
      "A header of the request. It replaces the default header, and a header of the same name in the caller's `_headers`. If the call has no value for a variable, the header is omitted. `headers.Host` sets a virtual host that differs from `base_url`. It must not have variables. For TLS see `tls.servername`.",
    example: 'headers.X-User = {{caller.authid}}',
  },
  'query.$name': {
    type: callTemplate,
    family: { name: nonEmptyText, collect: namedTemplates },
    meaning:
      'A query parameter of the request. A list repeats the parameter. If the call has no value for a variable, the parameter is omitted. `$name` is the rest of the key and may have dots and brackets.',
    example: 'query.filter[status] = {{status}}',
  },
  'cookies.$name': {
    type: cookieTemplate,
    family: { name: cookieName, collect: namedTemplates },
    meaning: 'A cookie of the request. If the call has no value for a variable, the cookie is omitted.',
    example: 'cookies.lang = {{lang:-en}}',
  },
  'errors.$status': {
    type: errorUri,
    family: { name: errorStatus, collect: mapByStatus },
    meaning: 'The WAMP error URI for an HTTP status from 300 to 599. It replaces the default URI.',
    example: 'errors.409 = com.billing.error.conflict',
  },
  idempotency_header: {
    type: headerName,
    meaning:
      'The header for an idempotency key. The key is a UUID: each call gets a new one, and all attempts of a call have the same one. With this header the gateway can retry POST and PATCH. A value from the caller takes precedence.',
    example: 'Idempotency-Key',
  },
  ...SHARED_ANSWER_KEYS,
} as const satisfies KeyTable;
