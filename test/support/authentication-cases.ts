import { PRIVATE_KEY, pemOf } from './logins.js';
import { readTlsFixtures } from './tls-fixtures.js';

/** What a block needs besides itself, and what one call with it causes. */
export interface AuthenticationCase {
  readonly env?: Readonly<Record<string, string>>;
  /** Files beside the configuration: text, or what is written as JSON. */
  readonly files?: Readonly<Record<string, object | string>>;
  /** In AWS Secrets Manager. */
  readonly secret?: object;
  /** In Vault, at secret/data/billing. An AppRole may read it. */
  readonly vaultSecret?: object;
  /** The response of the token endpoint; if absent, no token request is allowed. */
  readonly tokenResponse?: object;
  /** Fields that are added to that response, or replace it. */
  readonly tokenReply?: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string };
  readonly tokenRequest?: readonly string[];
  readonly call: readonly [procedure: string, kwargs: object];
  readonly apiRequest: readonly string[];
}

const CA = readTlsFixtures().ca;
const ACCEPT = 'accept: application/json';
const FORM = 'content-type: application/x-www-form-urlencoded';
const JSON_TYPE = 'content-type: application/json';
const GRANT = 'grant_type=client_credentials';
const CREDENTIALS = 'client_id=my-client-id&client_secret=s%2B%3Acret';
const SECRET = { CLIENT_ID: 'my-client-id', CLIENT_SECRET: 's+:cret' };
const BASIC = `Basic ${Buffer.from('my-client-id:s+:cret').toString('base64')}`;
const oauthResponse = { access_token: 'tok-1', token_type: 'Bearer', expires_in: 3600 };
const postedForm = ['POST /oauth/token', ACCEPT, FORM, '', `${GRANT}&${CREDENTIALS}`];

// A value that a caller puts in the place of the credential is replaced.
const getInvoice = [
  'com.billing.get_invoice',
  { id: 'INV-001', _headers: { authorization: 'Bearer mine' } },
] as const;
const withBearer = ['GET /api/invoices/INV-001', ACCEPT, 'authorization: Bearer tok-1', '', ''];
const geocode = { q: 'Łódź' };

/** By the heading in docs/authentication.md. */
export const AUTHENTICATION_CASES: Readonly<Record<string, AuthenticationCase>> = {
  'OAuth2 client credentials': {
    env: { BILLING_SECRET: 's+:cret' },
    tokenResponse: oauthResponse,
    tokenRequest: postedForm,
    call: getInvoice,
    apiRequest: withBearer,
  },
  'API key in the query': {
    env: { MAPS_KEY: 'a key&more=1' },
    call: ['com.maps.geocode', { ...geocode, api_key: 'mine' }],
    apiRequest: ['GET /geocode?q=%C5%81%C3%B3d%C5%BA&api_key=a%20key%26more%3D1', ACCEPT, '', ''],
  },
  'API key in a header': {
    env: { MAPS_KEY: 'a key&more=1' },
    call: ['com.maps.geocode', { ...geocode, _headers: { 'x-api-key': 'mine' } }],
    apiRequest: ['GET /geocode?q=%C5%81%C3%B3d%C5%BA', ACCEPT, 'x-api-key: a key&more=1', '', ''],
  },
  'Basic on the token request': {
    env: { BILLING_SECRET: 's+:cret' },
    tokenResponse: oauthResponse,
    tokenRequest: ['POST /oauth/token', ACCEPT, FORM, `authorization: ${BASIC}`, '', GRANT],
    call: getInvoice,
    apiRequest: withBearer,
  },
  'Basic, form-encoded': {
    env: { BILLING_SECRET: 's+:cret' },
    tokenResponse: oauthResponse,
    tokenRequest: [
      'POST /oauth/token',
      ACCEPT,
      FORM,
      `authorization: Basic ${Buffer.from('urn%3Aapp%3A7:s%2B%3Acret').toString('base64')}`,
      '',
      GRANT,
    ],
    call: getInvoice,
    apiRequest: withBearer,
  },
  'AWS Secrets Manager': {
    secret: SECRET,
    tokenResponse: oauthResponse,
    tokenRequest: postedForm,
    call: getInvoice,
    apiRequest: withBearer,
  },
  Transforms: {
    secret: { AUTHORIZATION_HEADER: BASIC },
    tokenResponse: oauthResponse,
    tokenRequest: postedForm,
    call: getInvoice,
    apiRequest: withBearer,
  },
  'Vault and OpenBao': {
    vaultSecret: SECRET,
    tokenResponse: oauthResponse,
    tokenRequest: postedForm,
    call: getInvoice,
    apiRequest: withBearer,
  },
  'A file': {
    files: { 'secrets/billing.json': SECRET },
    tokenResponse: oauthResponse,
    tokenRequest: postedForm,
    call: getInvoice,
    apiRequest: withBearer,
  },
  'A text file': {
    files: { 'secrets/api_key': 'k3y\n' },
    call: ['com.maps.geocode', {}],
    apiRequest: ['GET /geocode', ACCEPT, 'x-api-key: k3y', '', ''],
  },
  'A folder of files': {
    files: { 'secrets/api_key': 'k3y\n' },
    call: ['com.maps.geocode', {}],
    apiRequest: ['GET /geocode', ACCEPT, 'x-api-key: k3y', '', ''],
  },
  'The environment': {
    env: { BILLING_BASIC: BASIC },
    tokenResponse: oauthResponse,
    tokenRequest: ['POST /oauth/token', ACCEPT, FORM, `authorization: ${BASIC}`, '', GRANT],
    call: getInvoice,
    apiRequest: withBearer,
  },
  'AWS request signing': {
    secret: {},
    call: getInvoice,
    apiRequest: [
      'GET /api/invoices/INV-001',
      ACCEPT,
      'x-amz-date: DATE',
      'x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'authorization: AWS4-HMAC-SHA256 Credential=AKIDTEST/DATE/eu-central-1/execute-api/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=SIGNATURE',
      '',
      '',
    ],
  },
  'Audience, resource, scope': {
    env: { BILLING_SECRET: 's+:cret' },
    tokenResponse: { ...oauthResponse, expires_in: '3599' },
    tokenRequest: [
      'POST /acme/oauth2/token',
      ACCEPT,
      FORM,
      '',
      `${GRANT}&${CREDENTIALS}&audience=https%3A%2F%2Fbilling.example.com%2F&resource=urn%3Abilling&scope=invoices%3Aread+invoices%3Awrite`,
    ],
    call: getInvoice,
    apiRequest: withBearer,
  },
  'A signed assertion instead of a secret': {
    files: { 'keys/billing.pem': pemOf(PRIVATE_KEY) },
    tokenResponse: oauthResponse,
    tokenRequest: [
      'POST /oauth/token',
      ACCEPT,
      FORM,
      '',
      `${GRANT}&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=JWT`,
    ],
    call: getInvoice,
    apiRequest: withBearer,
  },
  'A JSON body, a nested token': {
    env: { BILLING_PASSWORD: 's"cret' },
    tokenResponse: { data: { accessToken: 'tok-1', expiresIn: 1800 } },
    tokenRequest: [
      'POST /v1/login',
      ACCEPT,
      'content-type: application/json',
      'x-tenant: acme',
      '',
      '{"user":"gateway","password":"s\\"cret"}',
    ],
    call: getInvoice,
    apiRequest: [
      'GET /api/invoices/INV-001',
      ACCEPT,
      'authorization: Bearer mine',
      'x-session: tok-1',
      '',
      '',
    ],
  },
  'A token that is the whole response': {
    env: { BILLING_PASSWORD: 's"cret' },
    tokenReply: { headers: { 'content-type': 'text/plain' }, body: 'tok-1\n' },
    tokenRequest: ['POST /login', ACCEPT, JSON_TYPE, '', '{"user":"gateway","password":"s\\"cret"}'],
    call: getInvoice,
    apiRequest: withBearer,
  },
  'A token in a response header': {
    env: { BILLING_PASSWORD: 's"cret' },
    tokenResponse: { token: { expires_at: '2030-01-01T00:00:00.000000Z' } },
    tokenReply: { headers: { 'x-subject-token': 'tok-1' } },
    tokenRequest: ['POST /v3/auth/tokens', ACCEPT, JSON_TYPE, '', '{"user":"gateway","password":"s\\"cret"}'],
    call: getInvoice,
    apiRequest: [
      'GET /api/invoices/INV-001',
      ACCEPT,
      'authorization: Bearer mine',
      'x-auth-token: tok-1',
      '',
      '',
    ],
  },
  'An expired token with another status': {
    env: { BILLING_SECRET: 's+:cret' },
    tokenResponse: oauthResponse,
    tokenRequest: postedForm,
    call: getInvoice,
    apiRequest: withBearer,
  },
  'A token endpoint with its own TLS': {
    env: { BILLING_SECRET: 's+:cret' },
    files: { 'certs/billing-ca.pem': CA, 'certs/idp-ca.pem': CA },
    tokenResponse: oauthResponse,
    tokenRequest: postedForm,
    call: getInvoice,
    apiRequest: withBearer,
  },
  'Errors inside a 200': {
    env: { BILLING_SECRET: 's+:cret' },
    tokenResponse: { errcode: 0, result: { token: 'tok/1' } },
    tokenRequest: ['POST /token', ACCEPT, FORM, '', CREDENTIALS],
    call: ['com.billing.get_invoice', { id: 'INV-001', access_token: 'mine' }],
    apiRequest: ['GET /api/invoices/INV-001?access_token=tok%2F1', ACCEPT, '', ''],
  },
  'A token by GET': {
    env: { BILLING_KEY: 'k3y' },
    tokenResponse: { token: 'tok-1', ttl: 300 },
    tokenRequest: ['GET /token?client=billing%20%26%20more', ACCEPT, 'x-api-key: k3y', '', ''],
    call: getInvoice,
    apiRequest: withBearer,
  },
  'A static key from a secret': {
    files: { 'secrets/maps.json': { api_key: 'k3y' } },
    call: ['com.maps.geocode', {}],
    apiRequest: ['GET /geocode', ACCEPT, 'authorization: Key k3y', '', ''],
  },
  'Basic at the API itself': {
    env: { LEGACY_USER_AND_PASSWORD_IN_BASE64: 'dTpw' },
    call: ['com.legacy.report', {}],
    apiRequest: ['GET /report', ACCEPT, 'authorization: Basic dTpw', '', ''],
  },
  'A second credential': {
    files: { 'secrets/billing.json': { token: 't0k', key: 'k3y' } },
    call: ['com.billing.get_invoice', { id: 'INV-1' }],
    apiRequest: [
      'GET /api/invoices/INV-1',
      ACCEPT,
      'x-subscription-key: k3y',
      'authorization: Bearer t0k',
      '',
      '',
    ],
  },
};
