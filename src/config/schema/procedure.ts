import { duration, flag, integer, listOf, nonEmptyText, oneOf } from '../types/datatypes.js';
import { bodyTemplate, mediaType, responseHeaderName, wholeBodyTemplate } from '../types/http-types.js';
import { pathTemplate } from '../types/url-types.js';
import { procedureUri, realmName } from '../types/wamp-types.js';
import { ANSWER_KEYS } from './answer.js';
import { bodyEncoding, queryStyle, requestCompress } from './body.js';
import { namedTemplates } from './families.js';
import { SHARED_KEYS } from './shared.js';
import type { KeyTable, Scope, SettingsOf } from './spec.js';
import { STREAM_KEYS } from './streams.js';

export const PROCEDURE_KEYS = {
  uri: {
    type: procedureUri,
    required: true,
    meaning: 'The name that WAMP clients call. It is unique in its realm.',
    example: 'com.billing.get_invoice',
  },
  realm: {
    type: realmName,
    required: true,
    meaning: 'The realm in which the procedure is registered.',
    example: 'com.example.myrealm',
  },
  method: {
    type: oneOf('get', 'post', 'put', 'patch', 'delete', 'head'),
    default: 'get',
    meaning: 'The HTTP method.',
    example: 'post',
  },
  path: {
    type: pathTemplate,
    default: '',
    meaning:
      'The gateway appends this path to `base_url`. By default it appends nothing, not even a slash. A variable fills one segment, percent-encoded. A call without a value for a variable is refused. The path may have a query.',
    example: '/invoices/{{id}}',
  },
  ...SHARED_KEYS,
  'body.$name': {
    type: bodyTemplate,
    family: { name: nonEmptyText, collect: namedTemplates },
    meaning:
      'A field of the JSON body. If the text is exactly one variable, the value keeps its type. If the call has no value for a variable, the field is omitted. A constant or default that is JSON (`true`, `10`, `[1]`) keeps its type. In quotes it is text: `"10115"`, `{{zip:-"1"}}`.',
    example: 'body.customer = {{customer}}',
  },
  body: {
    type: wholeBodyTemplate,
    settingName: 'body_whole',
    meaning:
      'One variable whose value is the whole JSON body, for example a list. A default that is JSON keeps its type.',
    example: '{{items}}',
  },
  body_encoding: {
    type: bodyEncoding,
    computed: "the service's",
    meaning: 'The same as the key `body_encoding` of services.',
    example: 'multipart',
  },
  query_style: {
    type: queryStyle,
    computed: "the service's",
    meaning: 'The same as the key `query_style` of services.',
    example: 'comma',
  },
  body_content_type: {
    type: mediaType,
    meaning:
      'The Content-Type of the body, instead of the one of `body_encoding`. For `json` it must be a JSON type, as in application/merge-patch+json. `form` and `multipart` have only one.',
    example: 'application/merge-patch+json',
  },
  'request.compress': {
    type: requestCompress,
    computed: "the service's",
    meaning: 'The same as the key `request.compress` of services.',
    example: 'gzip',
  },
  remaining: {
    type: oneOf('query', 'body', 'refuse'),
    computed: '`query` for get, delete, head; `body` for post, put, patch; `refuse` with a whole `body`',
    meaning: 'The place in the request for kwargs that no template uses.',
    example: 'refuse',
  },
  'response.headers': {
    type: listOf(responseHeaderName),
    default: '',
    meaning:
      'The response headers that a result or an error has in the kwarg `headers`. Their names are in lower case.',
    example: 'etag, x-total-count',
  },
  'response.decode': {
    type: oneOf('auto', 'json', 'text', 'bytes'),
    default: 'auto',
    meaning:
      'How the gateway reads the body of a response. `auto`: the media type decides. `json`, `text`, `bytes`: the body is read in this form, whatever its media type; this applies to errors too. A body that is not valid JSON becomes text. An empty body is always an empty text.',
    example: 'bytes',
  },
  ...ANSWER_KEYS,
  ...STREAM_KEYS,
  'response.validate': {
    type: oneOf('off', 'warn'),
    computed: "the service's",
    meaning: 'The same as the key `response.validate` of services.',
    example: 'warn',
  },
  cache: {
    type: flag,
    default: 'off',
    meaning:
      'Whether the gateway stores responses and uses them again, by the rules of HTTP (RFC 9111). Only for GET and HEAD. Equal requests that run at the same time are sent once.',
    example: 'on',
  },
  'cache.stale_if_error': {
    type: duration(),
    meaning:
      'How long after its lifetime a stored response may answer a call when the API fails, the service is down or its circuit breaker is open. It applies to responses without `stale-if-error` in their `Cache-Control`. Default: only those with it.',
    example: '10m',
  },
  invoke: {
    type: oneOf('single', 'roundrobin', 'random', 'first', 'last'),
    computed: '`single`; with `router.url` `roundrobin`',
    meaning:
      'How the router distributes the calls among several callees of the procedure. On most routers, the first registration decides for all callees.',
    example: 'random',
  },
  concurrency: {
    type: integer({ min: 1, max: 1_000_000 }),
    meaning:
      'Only with `router.url`: how many calls at a time the router should send to one gateway. Default: no limit. Crossbar.io skips callees at their limit. In Crossbar.io, a call counts for ever if its caller leaves before the call ends.',
    example: '100',
  },
  result: {
    type: oneOf('auto', 'kwargs', 'args'),
    computed: "the service's",
    meaning: 'The same as the key `result` of services.',
    example: 'args',
  },
} as const satisfies KeyTable;

/**
 * The keys under `rpc_gateway.services.$service.procedures.$proc`. docs/reference/configuration.md
 * describes each.
 *
 * @interface
 */
export type ProcedureSettings = SettingsOf<typeof PROCEDURE_KEYS>;

export const PROCEDURE_SCOPE = {
  title: 'Procedures',
  path: 'services.$service.procedures.$proc',
  keys: PROCEDURE_KEYS,
} as const satisfies Scope;
