import { awsRegion, awsService } from '../types/aws-types.js';
import {
  caFiles,
  type DataType,
  dotPath,
  duration,
  integer,
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
import { ASSERTION_KEYS } from './assertion.js';
import { foldHeader, secretsByName, secretTemplates, variableName } from './families.js';
import type { KeyTable } from './spec.js';
import { VAULT_KEYS } from './vault.js';

const TRANSFORMS = ['none', 'basic_username', 'basic_password'] as const;

/**
 * The longest lifetime of a cached token in milliseconds. It limits the response and
 * `auth.cache.default_ttl`.
 */
export const MAX_TOKEN_TTL_MS = 24 * 3_600_000;

/** The keys of a service under `auth.`: where a token comes from and where it goes. */
export const AUTH_KEYS = {
  'auth.fetch.method': {
    type: oneOf('get', 'post'),
    default: 'post',
    meaning: 'The method of the token request. `get` has no body.',
    example: 'get',
  },
  'auth.fetch.url': {
    type: urlTemplate,
    meaning:
      'The token endpoint. The key is required if any `auth.fetch` key is set. The URL must begin with `http://` or `https://`, not with a variable. The gateway percent-encodes the values of variables, so they cannot add a port or a path. It does not follow redirects.',
    example: 'https://idp.example.com/oauth/token',
  },
  'auth.fetch.body_encoding': {
    type: oneOf('form', 'json', 'none'),
    default: 'none',
    meaning:
      'How the gateway sends the fields of `auth.fetch.body`. `form`: as an HTML form. `json`: as a JSON object with text values. `none`: not at all.',
    example: 'form',
  },
  'auth.fetch.body.$key': {
    type: authTemplate,
    family: { name: nonEmptyText, collect: secretTemplates },
    secret: true,
    meaning: "A field of the token request's body. It needs `auth.fetch.body_encoding`.",
    example: 'auth.fetch.body.grant_type = client_credentials',
  },
  'auth.fetch.headers.$key': {
    type: authHeaderTemplate,
    family: { name: requestHeaderName, fold: foldHeader, collect: secretTemplates },
    secret: true,
    meaning:
      'A header of the token request. Set `Authorization` either here or with `auth.fetch.basic_auth`, not in both places.',
    example: 'auth.fetch.headers.X-Tenant = {{tenant}}',
  },
  'auth.fetch.token_path': {
    type: wholeOrDotPath,
    meaning:
      'The path to the token in the JSON response. Numbers select list items. `.` is the whole response, as a JSON string or as text. The status must be 2xx. Either this key or `auth.fetch.token_header` is required if any `auth.fetch` key is set.',
    example: 'access_token',
  },
  'auth.fetch.token_header': {
    type: oneResponseHeader,
    meaning: 'The response header with the token. It replaces `auth.fetch.token_path`.',
    example: 'X-Subject-Token',
  },
  'auth.fetch.error_path': {
    type: dotPath,
    meaning:
      'The path to an error in the JSON response. If there is a value at this path, the token request has failed, whatever the status. `null`, `false`, `0` and an empty text count as no value.',
    example: 'error',
  },
  'auth.fetch.expires_in_path': {
    type: dotPath,
    meaning:
      "The path to the token's lifetime in the JSON response. The value is a duration (`3600` in seconds, `3600s`, `1h30m`) or the time at which the token expires. A time is an ISO date, an HTTP date, or a Unix time in seconds or milliseconds. Without the key, or without a value above 0, the lifetime is `auth.cache.default_ttl`. If the gateway cannot read the value, it logs this once. The maximum is 24h.",
    example: 'expires_in',
  },
  'auth.fetch.basic_auth.username': {
    type: authTemplate,
    secret: true,
    meaning:
      'The user name for HTTP Basic authentication at the token endpoint. It needs `auth.fetch.basic_auth.password`. It must not contain a colon, unless `auth.fetch.basic_auth.encoding` is `form`.',
    example: '{{client_id}}',
  },
  'auth.fetch.basic_auth.password': {
    type: authTemplate,
    secret: true,
    meaning:
      'The password for HTTP Basic authentication at the token endpoint. It needs `auth.fetch.basic_auth.username`.',
    example: '{{client_secret}}',
  },
  'auth.fetch.basic_auth.encoding': {
    type: oneOf('utf8', 'form'),
    default: 'utf8',
    meaning:
      'How the gateway encodes user name and password before base64. `utf8`: unchanged, in UTF-8 (RFC 7617). `form`: form-encoded (RFC 6749 section 2.3.1), as strict OAuth2 endpoints require.',
    example: 'form',
  },
  ...ASSERTION_KEYS,
  'auth.fetch.tls.cacertfile': {
    type: caFiles,
    meaning:
      'CA certificates (PEM) that apply only to the token endpoint. The word `system` in the list adds those of the system. Default: those of the system and those of `tls.cacertfile`.',
    example: 'certs/idp-ca.pem',
  },
  'auth.fetch.tls.certfile': {
    type: readableFile,
    meaning:
      'The client certificate (PEM) for the token endpoint. It replaces `tls.certfile`. It needs `auth.fetch.tls.keyfile`.',
    example: 'certs/idp-client.pem',
  },
  'auth.fetch.tls.keyfile': {
    type: readableFile,
    meaning: 'The private key (PEM) of `auth.fetch.tls.certfile`.',
    example: 'certs/idp-client.key',
  },
  'auth.fetch.tls.servername': {
    type: nonEmptyText,
    meaning:
      "The host name for SNI and for the check of the token endpoint's certificate, if it differs from `auth.fetch.url`.",
    example: 'idp.internal',
  },
  'auth.fetch.tls_verify': {
    type: oneOf('verify_peer', 'verify_none'),
    meaning:
      "Whether the gateway verifies the token endpoint's certificate. Default: the value of `tls_verify`. `verify_none` is for tests. The gateway logs a warning about it at each start.",
    example: 'verify_none',
  },
  'auth.apply.placement': {
    type: oneOf('header', 'query_param'),
    default: 'header',
    meaning:
      'The place of the token in a request. The token replaces a header or parameter of the same name from the caller. In the query the gateway percent-encodes it.',
    example: 'query_param',
  },
  'auth.apply.name': {
    type: nonEmptyText,
    default: 'Authorization',
    meaning: 'The name of the header or query parameter that carries the token.',
    example: 'api_key',
  },
  'auth.apply.format': {
    type: authTemplate,
    default: '{{token}}',
    meaning:
      'The text of the header or query parameter. `{{token}}` is the fetched token. Without `auth.fetch` it is the variable `token` (a static API key).',
    example: 'Bearer {{token}}',
  },
  'auth.vars.$var': {
    type: text,
    family: { name: variableName, collect: secretsByName },
    secret: true,
    meaning:
      'A variable for `base_url` and the `auth` keys. A value from `auth.secrets` takes precedence. The gateway never prints the value.',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the file
    example: 'auth.vars.client_id = ${CLIENT_ID}',
  },
  'auth.cache.default_ttl': {
    type: duration(),
    default: '1h',
    meaning: 'The lifetime of a token if the response does not have one. The maximum is 24h.',
    example: '30m',
  },
  'auth.cache.refresh_margin': {
    type: duration({ zero: 'no refresh ahead of time' }),
    default: '1m',
    meaning:
      'The gateway replaces a token in the background when this time is left before it expires. The margin is at most half of the lifetime of the token. With 0 the gateway fetches a new token when a call finds an expired one.',
    example: '2m',
  },
  'auth.cache.max_entries': {
    type: integer({ min: 1, max: 1_000_000 }),
    default: '10000',
    meaning:
      'How many tokens the gateway keeps if each caller has its own, because a key of `auth.fetch` has `{{caller.NAME}}` or `{{realm}}`. Beyond that, it forgets the token that was not used for the longest time.',
    example: '50000',
  },
  'auth.secrets.provider': {
    type: oneOf('aws_sm', 'file', 'env', 'vault'),
    meaning:
      'The source of secrets: AWS Secrets Manager, a mounted file or folder, the environment, or HashiCorp Vault and OpenBao. The key is required if any `auth.secrets` key is set.',
    example: 'aws_sm',
  },
  'auth.secrets.secret_id': {
    type: nonEmptyText,
    meaning:
      '`aws_sm`: the name or ARN of the secret. `file`: the path of a JSON file, a text file or a folder, relative to the configuration file. `vault`: the path of the secret, such as `secret/data/billing` or `secret/billing`. `env` does not need it.',
    example: 'arn:aws:secretsmanager:us-east-1:123456789:secret:billing-creds',
  },
  'auth.secrets.region': {
    type: awsRegion,
    meaning: 'The AWS region. Required with `aws_sm`; other providers do not use it.',
    example: 'us-east-1',
  },
  ...VAULT_KEYS,
  'auth.secrets.refresh_interval': {
    type: duration({ zero: 'never' }),
    default: '1h',
    meaning:
      'How often the gateway reads the secret again. It also reads the secret again when a `file` changes, and when the token endpoint refuses the credentials.',
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
            'The field of the secret that has the value of the variable. This value takes precedence over `auth.vars.$var`. A path with dots selects a value in nested JSON. `.` selects the whole secret as text. With `env`, the field is an environment variable, or a path into the JSON of a variable. If `secret_id` is a folder, the field is the name of a file in it. The gateway removes one line break at the end of the value.',
          example: 'CLIENT_ID',
        },
        transform: {
          type: oneOf(...TRANSFORMS),
          default: 'none',
          meaning:
            'Extracts the user name or the password from a value `Basic base64(user:password)`. The word Basic may be missing.',
          example: 'basic_username',
        },
      },
    },
  },
  'auth.sign': {
    type: oneOf('aws_sigv4'),
    meaning:
      'Signs each request to the API with AWS Signature Version 4. The credentials come from the default chain of the AWS SDK: environment, shared files, web identity, container and instance roles. It needs `auth.sign.region` and `auth.sign.service`, and replaces `auth.fetch` and `auth.apply`.',
    example: 'aws_sigv4',
  },
  'auth.sign.region': {
    type: awsRegion,
    meaning: 'The AWS region of the API.',
    example: 'eu-central-1',
  },
  'auth.sign.service': {
    type: awsService,
    meaning:
      'The name of the AWS service in signatures: `execute-api` for API Gateway, `lambda` for function URLs, `s3`, `es` for OpenSearch.',
    example: 'execute-api',
  },
  'auth.refresh_on': {
    type: refreshStatuses(),
    default: '401',
    meaning:
      'The statuses of the upstream that mean an expired token. After such a status, the gateway fetches a new token and sends the call once more, whatever its method. List only statuses with which the API refuses a token. A 403 with `error="invalid_token"` in WWW-Authenticate always means an expired token.',
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
