import { describe, expect, it } from 'vitest';
import { billingConf } from '../../test/support/billing-conf.js';
import { parseConfig } from '../config/load-config.js';
import { compileTokenRequest } from './token-request.js';

const FETCH = [
  '+auth.fetch.url = https://idp.example.com/oauth/token',
  '+auth.fetch.token_path = access_token',
  '+auth.secrets.provider = env',
  ...['client_id', 'client_secret', 'tenant'].map((name) => `+auth.secrets.vars.${name}.field = X`),
];
const VARS = { client_id: 'my-client-id', client_secret: 'my-client-secret', tenant: 'acme' };

function builder(...lines: string[]) {
  const config = parseConfig(billingConf('https://h', ...FETCH, ...lines), { env: {} });
  return compileTokenRequest(config.services[0]!.settings, 'agent/1');
}
function build(lines: string[], vars: Record<string, string> = VARS) {
  const request = builder(...lines)(new Map(Object.entries(vars)));
  if (request.kind === 'problem') return request;
  const { headers, ...rest } = request.http;
  const pairs: Record<string, string> = {};
  for (let index = 0; index < headers.length; index += 2) pairs[headers[index]!] = headers[index + 1]!;
  return { ...rest, headers: pairs };
}
const BODY = [
  '+auth.fetch.body.grant_type = client_credentials',
  '+auth.fetch.body.client_id = {{client_id}}',
  '+auth.fetch.body.client_secret = {{client_secret}}',
];

describe('a token request', () => {
  it('can be a form', () => {
    expect(build(['+auth.fetch.body_encoding = form', ...BODY])).toEqual({
      method: 'POST',
      origin: 'https://idp.example.com',
      path: '/oauth/token',
      headers: {
        Accept: 'application/json',
        'Content-Type': 'application/x-www-form-urlencoded',
        'Accept-Encoding': 'gzip, deflate, br',
        'User-Agent': 'agent/1',
      },
      body: 'grant_type=client_credentials&client_id=my-client-id&client_secret=my-client-secret',
    });
  });

  it('encodes a form (WHATWG URL, application/x-www-form-urlencoded)', () => {
    const vars = { ...VARS, client_secret: 'ä &=+%{{tenant}}' };
    expect(build(['+auth.fetch.body_encoding = form', ...BODY], vars)).toMatchObject({
      body: expect.stringMatching(/client_secret=%C3%A4\+%26%3D%2B%25%7B%7Btenant%7D%7D$/),
    });
  });

  it('can be JSON, even with a field called __proto__', () => {
    const lines = ['+auth.fetch.body_encoding = json', ...BODY, '+auth.fetch.body.__proto__ = "x"'];
    const request = build(lines, { ...VARS, client_secret: '"\n' });
    expect(request).toMatchObject({ headers: { 'Content-Type': 'application/json' } });
    expect('body' in request && request.body).toBe(
      '{"grant_type":"client_credentials","client_id":"my-client-id","client_secret":"\\"\\n","__proto__":"x"}',
    );
  });

  it('can be a GET, which has no body', () => {
    const lines = [
      '+auth.fetch.method = get',
      '+auth.fetch.body_encoding = form',
      ...BODY,
      '+auth.fetch.url = https://idp.example.com/{{tenant}}/token?id={{client_id}}',
    ];
    const request = build(lines, { ...VARS, tenant: '../a/b', client_id: 'é&x=1#?' });
    expect(request).toMatchObject({
      method: 'GET',
      path: '/..%2Fa%2Fb/token?id=%C3%A9%26x%3D1%23%3F',
      body: undefined,
    });
    expect('headers' in request && Object.keys(request.headers)).not.toContain('Content-Type');
  });

  it('can have Basic authentication in UTF-8', () => {
    const basic = [
      '+auth.fetch.basic_auth.username = {{client_id}}',
      '+auth.fetch.basic_auth.password = {{client_secret}}',
    ];
    const pair = Buffer.from('jürgen:pa:ss€').toString('base64');
    expect(build(basic, { ...VARS, client_id: 'jürgen', client_secret: 'pa:ss€' })).toMatchObject({
      headers: { Authorization: `Basic ${pair}` },
      body: undefined,
    });
  });

  it('can have Basic authentication with form encoding', () => {
    const basic = [
      '+auth.fetch.basic_auth.username = {{client_id}}',
      '+auth.fetch.basic_auth.password = {{client_secret}}',
      '+auth.fetch.basic_auth.encoding = form',
    ];
    // RFC 6749 §2.3.1.
    const pair = Buffer.from('urn%3Aapp%3A7:a%2Bb%252F+%C3%BC%3Ax').toString('base64');
    const vars = { ...VARS, client_id: 'urn:app:7', client_secret: 'a+b%2F ü:x' };
    expect(build(basic, vars)).toMatchObject({ headers: { Authorization: `Basic ${pair}` } });
  });

  it('has the configured headers instead of the defaults', () => {
    const lines = ['+auth.fetch.headers.ACCEPT = */*', '+auth.fetch.headers.X-Tenant = t-{{tenant}}'];
    const request = build(lines);
    expect(request).toMatchObject({ headers: { ACCEPT: '*/*', 'X-Tenant': 't-acme' } });
    expect('headers' in request && request.headers).not.toHaveProperty('Accept');
  });

  it.each([
    [
      'a dot segment',
      ['+auth.fetch.url = https://idp.example.com/{{tenant}}/t'],
      { tenant: '..' },
      'auth.fetch.url',
    ],
    ['an invalid host', ['+auth.fetch.url = https://{{tenant}}/t'], { tenant: 'a b' }, 'auth.fetch.url'],
    ['a line break in a header', ['+auth.fetch.headers.X-A = {{tenant}}'], { tenant: 'a\nb' }, 'headers.X-A'],
    ['a euro in a header', ['+auth.fetch.headers.X-A = {{tenant}}'], { tenant: '€' }, 'headers.X-A'],
    [
      'a colon in a user name',
      ['+auth.fetch.basic_auth.username = {{tenant}}', '+auth.fetch.basic_auth.password = p'],
      { tenant: 'S:3CR3T' },
      'auth.fetch.basic_auth.username',
    ],
  ])('cannot be built with %s, and the message names the key but not the value', (_, lines, vars, key) => {
    const built = build(lines, { ...VARS, ...vars });
    expect(built).toEqual({ kind: 'problem', problem: expect.stringContaining(key) });
    expect(JSON.stringify(built)).not.toContain(vars.tenant);
  });

  it('has a key that changes only with its parts', () => {
    const lines = ['+auth.fetch.body_encoding = form', ...BODY];
    const key = (more: string[], vars = VARS) => {
      const request = builder(...lines, ...more)(new Map(Object.entries(vars)));
      return request.kind === 'request' ? request.key : undefined;
    };
    const keys = [
      key([]),
      key([], { ...VARS, client_secret: 'other' }),
      key(['+auth.fetch.method = get']),
      key(['+auth.fetch.url = https://idp.example.com/other']),
      key(['+auth.fetch.headers.X-A = {{tenant}}']),
      key(['+auth.fetch.body.scope = read']),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(key([], { ...VARS, tenant: 'another' })).toBe(key([]));
    expect(keys[0]).not.toContain('my-client');
  });
});
