import { awsRegion } from '../types/aws-types.js';
import {
  caFiles,
  type DataType,
  dotPath,
  duration,
  nonEmptyText,
  oneOf,
  readableFile,
  statuses,
  text,
  wholeOrDotPath,
} from '../types/datatypes.js';
import {
  authHeaderTemplate,
  authTemplate,
  oneResponseHeader,
  requestHeaderName,
} from '../types/http-types.js';
import { urlTemplate } from '../types/url-types.js';
import { ValueError } from '../types/value-error.js';
import { foldHeader, secretsByName, secretTemplates, variableName } from './families.js';
import type { KeyTable } from './spec.js';

const TRANSFORMS = ['none', 'basic_username', 'basic_password'] as const;

/** No token is kept longer, whatever its answer or `auth.cache.default_ttl` says; milliseconds. */
export const MAX_TOKEN_TTL_MS = 24 * 3_600_000;

/** The keys of a service under `auth.`: where a token comes from and where it goes. */
export const AUTH_KEYS = {
  'auth.fetch.method': {
    type: oneOf('get', 'post'),
    default: 'post',
    meaning: 'The method of the token request. `get` sends no body.',
    example: 'get',
  },
  'auth.fetch.url': {
    type: urlTemplate,
    meaning:
      'The token endpoint. Needed where any `auth.fetch` key is set. `http://` or `https://` stands before any variable; what a variable holds is percent-encoded, and brings neither a port nor a path. Redirects are not followed.',
    example: 'https://idp.example.com/oauth/token',
  },
  'auth.fetch.body_encoding': {
    type: oneOf('form', 'json', 'none'),
    default: 'none',
    meaning:
      'How the fields of `auth.fetch.body` are sent: as an HTML form, as a JSON object of texts, or not at all.',
    example: 'form',
  },
  'auth.fetch.body.$key': {
    type: authTemplate,
    family: { name: nonEmptyText, collect: secretTemplates },
    secret: true,
    meaning: "A field of the token request's body; needs `auth.fetch.body_encoding`.",
    example: 'auth.fetch.body.grant_type = client_credentials',
  },
  'auth.fetch.headers.$key': {
    type: authHeaderTemplate,
    family: { name: requestHeaderName, fold: foldHeader, collect: secretTemplates },
    secret: true,
    meaning:
      'A header of the token request. `Authorization` goes here or into `auth.fetch.basic_auth`, not both.',
    example: 'auth.fetch.headers.X-Tenant = {{tenant}}',
  },
  'auth.fetch.token_path': {
    type: wholeOrDotPath,
    meaning:
      'Where the token stands in the JSON answer; numbers lead into lists. `.` is the whole answer, as a JSON string or as text. Its status must be 2xx. This key or `auth.fetch.token_header` is needed where any `auth.fetch` key is set.',
    example: 'access_token',
  },
  'auth.fetch.token_header': {
    type: oneResponseHeader,
    meaning: 'The header of the answer that holds the token, in place of `auth.fetch.token_path`.',
    example: 'X-Subject-Token',
  },
  'auth.fetch.error_path': {
    type: dotPath,
    meaning:
      'A value at this place makes the answer a failure, whatever its status. None, `null`, `false`, `0` and an empty text are no failure.',
    example: 'error',
  },
  'auth.fetch.expires_in_path': {
    type: dotPath,
    meaning:
      "Where the token's lifetime stands in the JSON answer: in seconds, as a number or as text (`3600`, `3600s`, `1h30m`), or the point in time at which it ends, as an ISO date, an HTTP date or a Unix time in seconds or milliseconds. Without the key, and where nothing above 0 stands there, it is `auth.cache.default_ttl`; what cannot be understood is warned about once. 24h at most count.",
    example: 'expires_in',
  },
  'auth.fetch.basic_auth.username': {
    type: authTemplate,
    secret: true,
    meaning:
      'User name for HTTP Basic authentication at the token endpoint; needs the password. It may hold no colon, unless `auth.fetch.basic_auth.encoding` is `form`.',
    example: '{{client_id}}',
  },
  'auth.fetch.basic_auth.password': {
    type: authTemplate,
    secret: true,
    meaning: 'Password for HTTP Basic authentication at the token endpoint; needs the user name.',
    example: '{{client_secret}}',
  },
  'auth.fetch.basic_auth.encoding': {
    type: oneOf('utf8', 'form'),
    default: 'utf8',
    meaning:
      'How the two are written before base64: `utf8` as they are (RFC 7617), `form` both form-encoded first (RFC 6749 section 2.3.1), which strict OAuth2 endpoints want.',
    example: 'form',
  },
  'auth.fetch.tls.cacertfile': {
    type: caFiles,
    meaning:
      "CA certificates (PEM) for the token endpoint alone; the word `system` in the list stands for the system's. Without the key: the system's, and those of `tls.cacertfile` beside them.",
    example: 'certs/idp-ca.pem',
  },
  'auth.fetch.tls.certfile': {
    type: readableFile,
    meaning:
      'Client certificate (PEM) for the token endpoint, in place of `tls.certfile`; needs `auth.fetch.tls.keyfile`.',
    example: 'certs/idp-client.pem',
  },
  'auth.fetch.tls.keyfile': {
    type: readableFile,
    meaning: 'Private key (PEM) of that certificate.',
    example: 'certs/idp-client.key',
  },
  'auth.fetch.tls.servername': {
    type: nonEmptyText,
    meaning:
      "Host name for SNI and for the check of the token endpoint's certificate, where it is not the one in `auth.fetch.url`.",
    example: 'idp.internal',
  },
  'auth.fetch.tls_verify': {
    type: oneOf('verify_peer', 'verify_none'),
    meaning:
      "Whether the token endpoint's certificate is checked; without the key as `tls_verify` says. `verify_none` is for tests; it is warned about.",
    example: 'verify_none',
  },
  'auth.apply.placement': {
    type: oneOf('header', 'query_param'),
    default: 'header',
    meaning:
      'Where the token goes in a request. There it takes the place of what a caller sends under the same name. In the query it is percent-encoded.',
    example: 'query_param',
  },
  'auth.apply.name': {
    type: nonEmptyText,
    default: 'Authorization',
    meaning: 'The name of that header or query parameter.',
    example: 'api_key',
  },
  'auth.apply.format': {
    type: authTemplate,
    default: '{{token}}',
    meaning:
      'What is sent there. `{{token}}` is the fetched token, or the variable `token` where nothing is fetched (a static API key).',
    example: 'Bearer {{token}}',
  },
  'auth.vars.$var': {
    type: text,
    family: { name: variableName, collect: secretsByName },
    secret: true,
    meaning:
      'A variable for `base_url` and the `auth` keys. A value from `auth.secrets` goes before it. Never printed.',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the file
    example: 'auth.vars.client_id = ${CLIENT_ID}',
  },
  'auth.cache.default_ttl': {
    type: duration(),
    default: '1h',
    meaning: 'How long a token is used where its answer does not say. 24h at most count.',
    example: '30m',
  },
  'auth.cache.refresh_margin': {
    type: duration({ zero: 'no refresh ahead of time' }),
    default: '1m',
    meaning:
      'How long before its end a token is replaced, while calls go on with it. At most half of its life. With 0 it is replaced when a call finds it expired.',
    example: '2m',
  },
  'auth.secrets.provider': {
    type: oneOf('aws_sm', 'file', 'env'),
    meaning:
      'Where secrets come from: AWS Secrets Manager, a mounted file or folder, or the environment. Needed where any `auth.secrets` key is set.',
    example: 'aws_sm',
  },
  'auth.secrets.secret_id': {
    type: nonEmptyText,
    meaning:
      'The name or ARN of the secret (`aws_sm`), or the path of a file with JSON or text or of a folder (`file`), relative to the configuration file. `env` needs none.',
    example: 'arn:aws:secretsmanager:us-east-1:123456789:secret:billing-creds',
  },
  'auth.secrets.region': {
    type: awsRegion,
    meaning: 'The AWS region; needed for `aws_sm`, and for it alone.',
    example: 'us-east-1',
  },
  'auth.secrets.refresh_interval': {
    type: duration({ zero: 'never' }),
    default: '1h',
    meaning:
      'How often the secret is read again. Apart from that it is read again when a `file` changes, and when the token endpoint refuses the credentials.',
    example: '10m',
  },
  'auth.secrets.vars.$var': {
    record: {
      name: variableName,
      keys: {
        field: {
          type: nonEmptyText,
          required: true,
          meaning:
            'The field of the secret that gives the variable its value and overrides `auth.vars.$var`. A dot path leads into nested JSON, `.` is the whole secret as text. For `env` it is an environment variable, or leads into the JSON that one holds; where `secret_id` is a folder it is a file in it. One line break at the end is dropped.',
          example: 'CLIENT_ID',
        },
        transform: {
          type: oneOf(...TRANSFORMS),
          default: 'none',
          meaning:
            'Takes the user name or the password out of a `Basic base64(user:password)` value. The word Basic may be missing.',
          example: 'basic_username',
        },
      },
    },
  },
  'auth.refresh_on': {
    type: refreshStatuses(),
    default: '401',
    meaning:
      'Statuses of the upstream after which a new token is fetched and the call sent once more, whatever its method. Name only those with which the API refuses a token. A 403 with `error="invalid_token"` in WWW-Authenticate always is one.',
    example: '401, 403, 419',
  },
} as const satisfies KeyTable;

function refreshStatuses(): DataType<readonly number[]> {
  const list = statuses({ min: 400, max: 499 });
  const description = `${list.description}, with 401 in it`;
  return {
    description,
    parse(value, context) {
      const found = list.parse(value, context);
      if (!found.includes(401)) throw new ValueError(`must be a ${description}`);
      return found;
    },
  };
}
