import {
  byteSize,
  byteSum,
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
import { proxySetting } from '../types/proxy-url.js';
import { literalPath, urlTemplate } from '../types/url-types.js';
import { AUTH_KEYS } from './auth.js';
import { bodyEncoding, queryStyle, requestCompress } from './body.js';
import { LIMIT_KEYS } from './limit.js';
import { OPENAPI_KEYS } from './openapi.js';
import { SHARED_KEYS } from './shared.js';
import type { KeyTable, Scope, SettingsOf } from './spec.js';

export const SERVICE_KEYS = {
  base_url: {
    type: urlTemplate,
    required: true,
    meaning:
      'The gateway appends the paths of the service to this URL. `{{var}}` is a variable of `auth.vars`. No value from a caller can lead to a URL outside of it.',
    example: 'https://billing.example.com/api',
  },
  prefix: {
    type: literalPath,
    default: '/',
    meaning:
      "The gateway removes this prefix from a procedure's path before it appends the path to `base_url`.",
    example: '/v1',
  },
  enabled: {
    type: flag,
    default: 'on',
    meaning: '`off` disables the service. Then the gateway does not read its other values.',
    example: 'off',
  },
  auth_mod: {
    type: oneOf('generic'),
    default: 'generic',
    meaning: 'The kind of authentication. There is only one kind. The `auth.*` keys describe it.',
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
    meaning: 'How many times the gateway repeats a failed attempt, if that is safe.',
    example: '2',
  },
  deadline: {
    type: duration(),
    computed: '`timeout` × (`retries` + 1), at most `wamp.max_call_timeout`',
    meaning:
      "The time limit of all attempts of one call. A caller's `timeout` can shorten it, but not extend it.",
    example: '20s',
  },
  'retry.statuses': {
    type: statuses({ min: 400, max: 599 }),
    default: '',
    meaning:
      "After a response with one of these HTTP statuses, the gateway tries again. This applies to GET, HEAD, PUT and DELETE, and to calls with an idempotency key. The gateway obeys the response's `Retry-After`.",
    example: '429, 502, 503, 504',
  },
  ...SHARED_KEYS,
  body_encoding: {
    type: bodyEncoding,
    default: 'json',
    meaning:
      'How the bodies of requests are written. `json`: JSON. `form`: `a=1&b=2` in UTF-8; `query_style` tells how lists and dictionaries are written. `multipart`: a form of several parts, which can have files. `text` and `raw`: the value of `body = {{name}}`, as text or as bytes. In a form, null is left out.',
    example: 'form',
  },
  query_style: {
    type: queryStyle,
    default: 'repeat',
    meaning:
      'How lists and dictionaries are written in queries and forms. A list: `repeat` `a=1&a=2`, `brackets` `a[]=1&a[]=2`, `indices` `a[0]=1&a[1]=2`, `comma` `a=1,2`. A dictionary: `a[b]=1` with `brackets` and `indices`; the other styles refuse it. A list of dictionaries always has indices: `a[0][b]=1`.',
    example: 'brackets',
  },
  'request.compress': {
    type: requestCompress,
    default: 'off',
    meaning:
      'Whether the gateway compresses the bodies of requests. `gzip`: bodies of more than 1 KB are sent with `Content-Encoding: gzip`. The API must accept that.',
    example: 'gzip',
  },
  caller_headers: {
    type: listOf(headerGlob),
    meaning:
      'The only headers that callers may send in `_headers`. Default: all, except those that control proxies and frameworks, such as X-HTTP-Method-Override, Forwarded and X-Forwarded-For. Headers that control the connection (Host, Content-Length …) are always refused.',
    example: 'If-*, X-Request-ID, Idempotency-Key',
  },
  result: {
    type: oneOf('auto', 'kwargs', 'args'),
    default: 'auto',
    meaning:
      "The form of a RESULT. `kwargs`: it has the kwargs `status` and `body`. `args`: it has one argument, a dict with `status` and `body`. `auto`: `args` for callers that connect with autobahn|python over WebSocket, so that `result['status']` works, and `kwargs` for all others. An ERROR always has kwargs.",
    example: 'args',
  },
  proxy: {
    type: proxySetting,
    secret: true,
    meaning:
      'The forward proxy for all connections of the service: calls, probes, token requests and Vault, also for loopback addresses. `none`: no proxy. Default: what the environment variables `https_proxy`, `http_proxy` and `no_proxy` say. A user name and a password in the URL must be percent-encoded. The gateway never prints them.',
    example: 'http://proxy.example.com:3128',
  },
  'tls.cacertfile': {
    type: caFiles,
    meaning:
      'CA certificates (PEM) that replace the CA certificates of the system. The word `system` in the list adds those of the system. Unless `auth.fetch.tls.cacertfile` is set, the gateway trusts these CA certificates and those of the system at the token endpoint.',
    example: 'certs/ca.pem, system',
  },
  'tls.certfile': {
    type: readableFile,
    meaning:
      'The client certificate (PEM). It needs `tls.keyfile`. Unless `auth.fetch.tls.certfile` is set, the gateway also uses it at the token endpoint.',
    example: 'certs/client.pem',
  },
  'tls.keyfile': {
    type: readableFile,
    meaning: 'The private key (PEM) of the client certificate.',
    example: 'certs/client.key',
  },
  'tls.servername': {
    type: nonEmptyText,
    meaning:
      'The host name for SNI and for the check of the certificate, if it differs from the URL. It does not apply to the token endpoint: see `auth.fetch.tls.servername`.',
    example: 'billing.internal',
  },
  tls_verify: {
    type: oneOf('verify_peer', 'verify_none'),
    default: 'verify_peer',
    meaning:
      "Whether the gateway verifies the upstream's certificate. `verify_none` is for tests. The gateway logs a warning about it at each start.",
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
      'How many calls may wait for a connection. The same number of calls may wait for a token. Further calls fail at once with `overload`.',
    example: '500',
  },
  'pool.max_waiting_per_caller': {
    type: integer({ min: 0, max: 1_000_000 }),
    default: '0',
    meaning:
      'How many calls of one caller may wait for a connection. The same number may wait for a token. Further calls of this caller fail at once with `overload`, while the calls of others wait. Callers with the same authid are one caller. Each anonymous session is a caller. With `router.url`, all callers that the router does not disclose are one caller. 0 means no limit.',
    example: '100',
  },
  'pool.max_waiting_bytes': {
    type: byteSize,
    default: '64MB',
    meaning:
      'The maximum memory of all calls that wait for a connection, for a token or for their next attempt. Further calls fail at once with `overload`. One session may use three quarters of what the other sessions leave free. All services together may use 256MB, or the largest of these values if that is more.',
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
    meaning: 'How long it may take to open a connection. This includes the TLS handshake.',
    example: '3s',
  },
  'pool.idle_timeout': {
    type: duration(),
    default: '5m',
    meaning:
      "The maximum time for which the gateway keeps an idle connection, whatever the server's Keep-Alive hint says. Without a hint the gateway keeps it for at most 4 s. On a connection that the server is about to close, a POST could be lost.",
    example: '1m',
  },
  'pool.recv_timeout': {
    type: duration(),
    default: '60s',
    meaning:
      'How long the upstream may be silent within one attempt. A value of `timeout` or more has no effect. If the file sets such a value, `check` reports it. The default is such a value, as in Bondy.',
    example: '10s',
  },
  'pool.max_lifetime': {
    type: duration(),
    default: '5m',
    meaning: 'The age (±10 %) at which the gateway replaces a connection. So changes in DNS take effect.',
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
      'The maximum size of all header names and values of one response. If the header section is longer, the call ends with `bad_answer`.',
    example: '256KB',
  },
  'pool.reuse': {
    type: flag,
    default: 'on',
    meaning:
      'Whether the gateway sends more than one request over a connection. `off` is for servers that close connections without notice, because a POST could be lost there.',
    example: 'off',
  },
  'pool.max_request_line_size': {
    type: byteSize,
    default: '64KB',
    meaning:
      'The maximum size of method, path and query of a request. Most servers accept 8KB to 64KB. The gateway refuses a call with a longer request.',
    example: '8KB',
  },
  'pool.max_request_header_size': {
    type: byteSize,
    default: '64KB',
    meaning:
      'The maximum size of the headers of a request, with cookies and without the credential. The gateway refuses a call with longer headers.',
    example: '16KB',
  },
  'pool.follow_redirect': {
    type: flag,
    default: 'off',
    meaning:
      'Whether the gateway follows redirects of GET and HEAD within the same origin. Any other 3xx goes to the caller.',
    example: 'on',
  },
  'pool.max_redirect': {
    type: integer({ min: 0, max: 20 }),
    default: '5',
    meaning: 'How many redirects in a row the gateway follows.',
    example: '3',
  },
  'liveness.enabled': {
    type: flag,
    default: 'on',
    meaning:
      'Whether the gateway probes the upstream. While the upstream does not respond, calls end at once with `down`.',
    example: 'off',
  },
  'liveness.path': {
    type: literalPath,
    default: '/',
    meaning:
      'The path to probe. It is appended to `base_url`. If you set a path, a status of 500 or more is a failure. With the default `/`, the gateway probes `base_url` itself. Any HTTP response is then a success, and the gateway sends no probe while the upstream answers calls.',
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
    meaning:
      'The time between two probes (±10 %). While the service is down, the gateway probes more often: first after 1 second, then after twice the time, up to this value.',
    example: '10s',
  },
  'liveness.timeout': {
    type: duration(),
    default: '5s',
    meaning: 'How long a probe may take until the head of the response arrives.',
    example: '2s',
  },
  'liveness.failure_threshold': {
    type: integer({ min: 1, max: 1000 }),
    default: '3',
    meaning: 'After how many failed probes in a row the service is down. The log then has an alarm.',
    example: '5',
  },
  'liveness.success_threshold': {
    type: integer({ min: 1, max: 1000 }),
    default: '1',
    meaning:
      'After how many successful probes in a row the alarm ends. Calls are sent again after the first one.',
    example: '2',
  },
  'breaker.enabled': {
    type: flag,
    default: 'off',
    meaning:
      'Whether the service has a circuit breaker. It opens when most calls fail. While it is open, calls end at once with `down`.',
    example: 'on',
  },
  'breaker.window': {
    type: duration(),
    default: '10s',
    meaning: 'The circuit breaker judges the calls that ended within this time.',
    example: '30s',
  },
  'breaker.minimum_calls': {
    type: integer({ min: 1, max: 1_000_000 }),
    default: '20',
    meaning: 'The circuit breaker opens only if at least this many calls ended within the window.',
    example: '50',
  },
  'breaker.failure_ratio': {
    type: integer({ min: 1, max: 100 }),
    default: '50',
    meaning: 'The percentage of failed calls within the window at which the circuit breaker opens.',
    example: '80',
  },
  'breaker.statuses': {
    type: statuses({ min: 400, max: 599 }),
    default: '502, 503, 504',
    meaning:
      'A call that ends with one of these HTTP statuses is a failure for the circuit breaker. Other failures are the codes `connect`, `tls`, `bad_answer`, and `timeout` if the call did not end because of a shorter timeout of its caller. A call counts once, with all its attempts.',
    example: '500, 502, 503, 504',
  },
  'breaker.open_time': {
    type: duration(),
    default: '10s',
    meaning:
      'How long the circuit breaker stays open before it lets one call through as a trial. If the trial fails, the time doubles, up to 5 minutes. If the trial succeeds, the circuit breaker closes.',
    example: '5s',
  },
  'cache.max_size': {
    type: byteSum,
    default: '32MB',
    meaning:
      'The maximum memory of the stored responses of the service (`cache` of its procedures). Those that were not used for the longest time are forgotten.',
    example: '128MB',
  },
  ...LIMIT_KEYS,
  ...OPENAPI_KEYS,
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
} as const satisfies Scope;
