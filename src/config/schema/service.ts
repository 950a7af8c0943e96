import {
  byteSize,
  caFiles,
  duration,
  flag,
  integer,
  listOf,
  nonEmptyText,
  oneOf,
  readableFile,
  statuses,
} from '../types/datatypes.js';
import { headerGlob } from '../types/http-types.js';
import { literalPath, urlTemplate } from '../types/url-types.js';
import { AUTH_KEYS } from './auth.js';
import { SHARED_KEYS } from './shared.js';
import type { KeyTable, Scope, SettingsOf } from './spec.js';

export const SERVICE_KEYS = {
  base_url: {
    type: urlTemplate,
    required: true,
    meaning:
      'The URL to which the paths of the service are appended. `{{var}}` is a variable of `auth.vars`. Nothing from a caller can lead outside of it.',
    example: 'https://billing.example.com/api',
  },
  prefix: {
    type: literalPath,
    default: '/',
    meaning: "Removed from the start of a procedure's path before the path is appended to `base_url`.",
    example: '/v1',
  },
  enabled: {
    type: flag,
    default: 'on',
    meaning: '`off` disables the service; its other values are not read.',
    example: 'off',
  },
  auth_mod: {
    type: oneOf('generic'),
    default: 'generic',
    meaning: 'The kind of authentication. There is only one; the `auth.*` keys describe it.',
    example: 'generic',
  },
  timeout: {
    type: duration(),
    default: '30s',
    meaning: 'The time limit of one HTTP attempt, from taking a connection to the last byte of the body.',
    example: '15s',
  },
  retries: {
    type: integer({ min: 0, max: 100 }),
    default: '3',
    meaning: 'How many times a failed attempt is repeated, if that is safe.',
    example: '2',
  },
  deadline: {
    type: duration(),
    computed: '`timeout` × (`retries` + 1), at most `wamp.max_call_timeout`',
    meaning:
      "The time limit of all attempts of one call. A caller's `timeout` can shorten it, never extend it.",
    example: '20s',
  },
  'retry.statuses': {
    type: statuses({ min: 400, max: 599 }),
    default: '',
    meaning:
      "HTTP statuses that are retried, for GET, HEAD, PUT and DELETE, and for calls with an idempotency key. The response's `Retry-After` is obeyed.",
    example: '429, 502, 503, 504',
  },
  ...SHARED_KEYS,
  caller_headers: {
    type: listOf(headerGlob),
    meaning:
      'The only headers that callers may send in `_headers`. Default: all, except those that control proxies and frameworks, such as X-HTTP-Method-Override, Forwarded and X-Forwarded-For. Headers of the connection (Host, Content-Length …) are always refused.',
    example: 'If-*, X-Request-ID, Idempotency-Key',
  },
  result: {
    type: oneOf('auto', 'kwargs', 'args'),
    default: 'auto',
    meaning:
      "`kwargs`: a RESULT has the kwargs `status` and `body`. `args`: it has one argument, a dict with `status` and `body`. `auto`: `args` for callers that connect with autobahn|python over WebSocket, because there `result['status']` needs it, and `kwargs` for all others. An ERROR always has kwargs.",
    example: 'args',
  },
  'tls.cacertfile': {
    type: caFiles,
    meaning:
      "CA certificates (PEM) that replace those of the system. The word `system` in the list adds the system's. Unless `auth.fetch.tls.cacertfile` is set, the token endpoint is checked by these and the system's.",
    example: 'certs/ca.pem, system',
  },
  'tls.certfile': {
    type: readableFile,
    meaning:
      'Client certificate (PEM). Needs `tls.keyfile`. Also used at the token endpoint, unless `auth.fetch.tls.certfile` is set.',
    example: 'certs/client.pem',
  },
  'tls.keyfile': {
    type: readableFile,
    meaning: 'Private key (PEM) of the client certificate.',
    example: 'certs/client.key',
  },
  'tls.servername': {
    type: nonEmptyText,
    meaning:
      'Host name for SNI and for checking the certificate, if it differs from the URL. Not used at the token endpoint: see `auth.fetch.tls.servername`.',
    example: 'billing.internal',
  },
  tls_verify: {
    type: oneOf('verify_peer', 'verify_none'),
    default: 'verify_peer',
    meaning:
      "Whether the upstream's certificate is checked. `verify_none` is for tests; each start warns about it.",
    example: 'verify_none',
  },
  'pool.size': {
    type: integer({ min: 1, max: 10_000 }),
    default: '25',
    meaning: 'The maximum number of connections to the upstream.',
    example: '50',
  },
  'pool.max_waiting': {
    type: integer({ min: 1, max: 1_000_000 }),
    default: '10000',
    meaning:
      'How many calls may wait for a connection, and how many for a token. Further calls fail at once with `overload`.',
    example: '500',
  },
  'pool.max_waiting_bytes': {
    type: byteSize,
    default: '64MB',
    meaning:
      'Memory of all calls that wait for a connection, for a token or for their next attempt. Further calls fail at once with `overload`. One session may use three quarters of what the others leave. All services together may use 256MB, or the largest of these values.',
    example: '16MB',
  },
  'pool.checkout_timeout': {
    type: duration(),
    default: '5s',
    meaning: 'How long a call may wait for a free connection.',
    example: '2s',
  },
  'pool.connect_timeout': {
    type: duration(),
    default: '8s',
    meaning: 'How long it may take to open a connection, with TLS.',
    example: '3s',
  },
  'pool.idle_timeout': {
    type: duration(),
    default: '5m',
    meaning:
      "How long an idle connection is kept at most, whatever the server's Keep-Alive hint says. Without a hint it is kept for at most 4 s: on a connection that the server is about to close, a POST would be lost.",
    example: '1m',
  },
  'pool.recv_timeout': {
    type: duration(),
    default: '60s',
    meaning:
      'How long the upstream may send nothing within one attempt. A value of `timeout` or more has no effect, and `check` reports it if the file sets it. The default is such a value, as in Bondy.',
    example: '10s',
  },
  'pool.max_lifetime': {
    type: duration(),
    default: '5m',
    meaning: 'The age (±10 %) at which a connection is replaced, so that changes of DNS take effect.',
    example: '10m',
  },
  'pool.max_response_size': {
    type: byteSize,
    default: '16MB',
    meaning: 'The maximum size of a response body, after decompression.',
    example: '64MB',
  },
  'pool.max_response_header_size': {
    type: byteSize,
    default: '64KB',
    meaning:
      'The maximum size of all header names and values of one response. A longer header section ends the call with `bad_answer`.',
    example: '256KB',
  },
  'pool.reuse': {
    type: flag,
    default: 'on',
    meaning:
      'Whether a connection carries more than one request. `off` is for servers that close connections without notice, where a POST would be lost.',
    example: 'off',
  },
  'pool.max_request_line_size': {
    type: byteSize,
    default: '64KB',
    meaning:
      'The maximum size of method, path and query of a request. Servers accept 8KB to 64KB. A longer request is refused.',
    example: '8KB',
  },
  'pool.max_request_header_size': {
    type: byteSize,
    default: '64KB',
    meaning:
      'The maximum size of the headers of a request, with cookies and without the credential. A longer request is refused.',
    example: '16KB',
  },
  'pool.follow_redirect': {
    type: flag,
    default: 'off',
    meaning:
      'Whether redirects are followed, for GET and HEAD and within the same origin. Any other 3xx is returned to the caller.',
    example: 'on',
  },
  'pool.max_redirect': {
    type: integer({ min: 0, max: 20 }),
    default: '5',
    meaning: 'How many redirects in a row are followed.',
    example: '3',
  },
  'liveness.enabled': {
    type: flag,
    default: 'on',
    meaning: 'Whether the upstream is probed, and marked as down when it does not respond.',
    example: 'off',
  },
  'liveness.path': {
    type: literalPath,
    default: '/',
    meaning: 'The path to probe. It is appended to `base_url`.',
    example: '/health',
  },
  'liveness.method': {
    type: oneOf('get', 'head'),
    default: 'head',
    meaning: 'The method of the probe.',
    example: 'get',
  },
  'liveness.interval': {
    type: duration(),
    default: '30s',
    meaning: 'The time between two probes.',
    example: '10s',
  },
  'liveness.timeout': {
    type: duration(),
    default: '5s',
    meaning: 'How long a probe may take.',
    example: '2s',
  },
  'liveness.failure_threshold': {
    type: integer({ min: 1, max: 1000 }),
    default: '3',
    meaning: 'How many failed probes in a row mark the service as down.',
    example: '5',
  },
  'liveness.success_threshold': {
    type: integer({ min: 1, max: 1000 }),
    default: '1',
    meaning: 'How many successful probes in a row mark it as up again.',
    example: '2',
  },
  ...AUTH_KEYS,
} as const satisfies KeyTable;

/**
 * The keys under `rpc_gateway.services.$service`. docs/reference/configuration.md describes each.
 *
 * @interface
 */
export type ServiceSettings = SettingsOf<typeof SERVICE_KEYS>;

export const SERVICE_SCOPE = {
  title: 'Services',
  path: 'services.$service',
  keys: SERVICE_KEYS,
  pending: ['liveness'],
} as const satisfies Scope;
