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
      "Where the service's paths begin. `{{var}}` is one of `auth.vars`. Nothing that a caller sends leads out of it.",
    example: 'https://billing.example.com/api',
  },
  prefix: {
    type: literalPath,
    default: '/',
    meaning: "Stripped from the front of a procedure's path before that is appended to `base_url`.",
    example: '/v1',
  },
  enabled: {
    type: flag,
    default: 'on',
    meaning: 'With `off` the service is left out, and its other values are not read.',
    example: 'off',
  },
  auth_mod: {
    type: oneOf('generic'),
    default: 'generic',
    meaning: 'The kind of authentication; there is one, which the `auth.*` keys describe.',
    example: 'generic',
  },
  timeout: {
    type: duration(),
    default: '30s',
    meaning: 'One HTTP attempt, from taking a connection to the last byte of the body.',
    example: '15s',
  },
  retries: {
    type: integer({ min: 0, max: 100 }),
    default: '3',
    meaning: 'How many times an attempt is repeated, where that is safe.',
    example: '2',
  },
  deadline: {
    type: duration(),
    computed: '`timeout` × (`retries` + 1), at most `wamp.max_call_timeout`',
    meaning: "All attempts of one call together. A caller's own `timeout` makes it shorter, never longer.",
    example: '20s',
  },
  'retry.statuses': {
    type: statuses({ min: 400, max: 599 }),
    default: '',
    meaning:
      'HTTP statuses that are retried too, for GET, HEAD, PUT, DELETE and for calls with an idempotency key. `Retry-After` is obeyed.',
    example: '429, 502, 503, 504',
  },
  ...SHARED_KEYS,
  caller_headers: {
    type: listOf(headerGlob),
    meaning:
      'The only headers that callers may send in `_headers`. Without the key these are all but those that steer proxies and frameworks: X-HTTP-Method-Override, Forwarded, X-Forwarded-For and the like. Those of the connection (Host, Content-Length …) are refused always.',
    example: 'If-*, X-Request-ID, Idempotency-Key',
  },
  result: {
    type: oneOf('auto', 'kwargs', 'args'),
    default: 'auto',
    meaning:
      "`kwargs`: a RESULT has the kwargs `status` and `body`. `args`: it has one argument, a dict with `status` and `body`. `auto`: `args` for callers that connect with autobahn|python over WebSocket, where `result['status']` needs that, and `kwargs` for all others. An ERROR has kwargs always.",
    example: 'args',
  },
  'tls.cacertfile': {
    type: caFiles,
    meaning:
      "CA certificates (PEM) in place of the system's; the word `system` in the list stands for those. Where `auth.fetch.tls.cacertfile` is not set they are trusted at the token endpoint too, beside the system's.",
    example: 'certs/ca.pem, system',
  },
  'tls.certfile': {
    type: readableFile,
    meaning:
      'Client certificate (PEM); needs `tls.keyfile`. It is shown to the token endpoint too, unless `auth.fetch.tls.certfile` is set.',
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
      'Host name for SNI and for the check of the certificate, where it is not the one in the URL. Not for the token endpoint: see `auth.fetch.tls.servername`.',
    example: 'billing.internal',
  },
  tls_verify: {
    type: oneOf('verify_peer', 'verify_none'),
    default: 'verify_peer',
    meaning: "Whether the upstream's certificate is checked. `verify_none` is for tests; it is warned about.",
    example: 'verify_none',
  },
  'pool.size': {
    type: integer({ min: 1, max: 10_000 }),
    default: '25',
    meaning: 'Connections to the upstream, at most.',
    example: '50',
  },
  'pool.max_waiting': {
    type: integer({ min: 1, max: 1_000_000 }),
    default: '10000',
    meaning:
      'Calls that may wait for a connection, and likewise for a token; further ones are answered at once with `overload`.',
    example: '500',
  },
  'pool.max_waiting_bytes': {
    type: byteSize,
    default: '64MB',
    meaning:
      'Memory of the calls that wait for a connection, for a token or to be retried; further ones are answered at once with `overload`. One session may take three quarters of what the others leave. All services together have 256MB, or as much as the largest of these.',
    example: '16MB',
  },
  'pool.checkout_timeout': {
    type: duration(),
    default: '5s',
    meaning: 'How long a call waits for a free connection.',
    example: '2s',
  },
  'pool.connect_timeout': {
    type: duration(),
    default: '8s',
    meaning: 'How long a connection may take to open, TLS included.',
    example: '3s',
  },
  'pool.idle_timeout': {
    type: duration(),
    default: '5m',
    meaning:
      "The longest that an idle connection is kept, whatever the server's Keep-Alive hint says. Without a hint it is 4 s at most: reusing a connection that the server is about to close would lose a POST.",
    example: '1m',
  },
  'pool.recv_timeout': {
    type: duration(),
    default: '60s',
    meaning:
      'The longest silence of the upstream within one attempt. At `timeout` or above it has no effect, and where the file sets it so, `check` says so; that the defaults stand so, as they do in Bondy, is no mistake.',
    example: '10s',
  },
  'pool.max_lifetime': {
    type: duration(),
    default: '5m',
    meaning: 'After this long (±10 %) a connection is replaced, so that changes of DNS are noticed.',
    example: '10m',
  },
  'pool.max_response_size': {
    type: byteSize,
    default: '16MB',
    meaning: 'The largest answer that is accepted, after decompression.',
    example: '64MB',
  },
  'pool.max_response_header_size': {
    type: byteSize,
    default: '64KB',
    meaning:
      'The names and values of the header fields of one response together. A longer header section ends the call with `bad_answer`.',
    example: '256KB',
  },
  'pool.reuse': {
    type: flag,
    default: 'on',
    meaning:
      'Whether a connection carries more than one request. `off` is for servers that close connections without saying so, where a POST would be lost.',
    example: 'off',
  },
  'pool.max_request_line_size': {
    type: byteSize,
    default: '64KB',
    meaning:
      'The longest path and query of a request, with its method. Servers take 8KB to 64KB. A call that would need more is refused.',
    example: '8KB',
  },
  'pool.max_request_header_size': {
    type: byteSize,
    default: '64KB',
    meaning:
      'The largest headers of a request, cookies included and the credential not. A call that would need more is refused.',
    example: '16KB',
  },
  'pool.follow_redirect': {
    type: flag,
    default: 'off',
    meaning:
      'Whether redirects are followed, for GET and HEAD and within the same origin. Any other 3xx is returned.',
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
    meaning: 'Whether the upstream is probed and marked down when it does not answer.',
    example: 'off',
  },
  'liveness.path': {
    type: literalPath,
    default: '/',
    meaning: 'The path that is probed, appended to `base_url`.',
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
    meaning: 'Time between two probes.',
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
    meaning: 'Failed probes in a row that mark the service down.',
    example: '5',
  },
  'liveness.success_threshold': {
    type: integer({ min: 1, max: 1000 }),
    default: '1',
    meaning: 'Good probes in a row that mark it up again.',
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
