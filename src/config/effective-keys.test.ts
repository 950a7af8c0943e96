// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the file
import { describe, expect, it } from 'vitest';
import { effectiveKeys, type KeyInEffect } from './effective-keys.js';
import { parseConfig } from './load-config.js';

const SHOP = 'rpc_gateway.services.shop';
const ITEM = `${SHOP}.procedures.get_item`;
const BASE = [
  `${SHOP}.base_url = https://shop.example.com/api`,
  `${ITEM}.uri = com.shop.get_item`,
  `${ITEM}.realm = com.example.myrealm`,
];
const ENV = { HOST: 'shop.example.com', SECRET: 's3cret', NUMBER: '2', FLAG: 'off' };

/** @param lines `+` stands for the service's prefix */
function load(...lines: readonly string[]) {
  const text = [...BASE, ...lines.map((line) => line.replace(/^\+/, `${SHOP}.`))].join('\n');
  return effectiveKeys(parseConfig(text, { env: ENV }));
}

function find(keys: readonly KeyInEffect[], key: string): KeyInEffect | undefined {
  const found = keys.filter((each) => each.key === key.replace(/^\+/, `${SHOP}.`));
  expect(found.length).toBeLessThan(2);
  return found[0];
}

/** The value of the last line, as it is shown. */
function shown(...lines: readonly string[]): string | undefined {
  const [key = ''] = (lines.at(-1) ?? '').split(' = ');
  return find(load(...lines).keys, key)?.value;
}

describe('the keys in effect', () => {
  it('have the line that sets them, or come from a default', () => {
    const { keys, omitted } = load('+timeout = 15s');
    expect(find(keys, '+timeout')).toEqual({ key: `${SHOP}.timeout`, value: '15s', source: 'bondy.conf:4' });
    expect(find(keys, '+retries')).toEqual({ key: `${SHOP}.retries`, value: '3', source: 'default' });
    expect(find(keys, `${ITEM}.uri`)).toMatchObject({ value: 'com.shop.get_item', source: 'bondy.conf:2' });
    expect(find(keys, `${ITEM}.method`)).toMatchObject({ value: 'get', source: 'default' });
    expect(omitted).toBe(0);
  });

  it('name the included file', () => {
    const files = new Map([['more.conf', `${SHOP}.timeout = 15s`]]);
    const config = parseConfig([...BASE, 'include more.conf'].join('\n'), {
      env: {},
      file: 'conf/bondy.conf',
      readFile: (path) => files.get(path.split('/').at(-1) ?? '') ?? '',
    });
    expect(find(effectiveKeys(config).keys, '+timeout')).toMatchObject({ source: 'conf/more.conf:1' });
  });

  it('are those of the line that counts', () => {
    const { keys } = load('+timeout = 15s', '+timeout = 20s', '+headers.X-A = 1', '+headers.x-a = 2');
    expect(find(keys, '+timeout')).toMatchObject({ value: '20s', source: 'bondy.conf:5' });
    expect(keys.filter(({ key }) => /shop\.headers/.test(key))).toEqual([
      { key: `${SHOP}.headers.x-a`, value: '2', source: 'bondy.conf:7' },
    ]);
  });

  it('are those with the other name of the subsystem too', () => {
    const { keys } = load('http_connector.services.shop.timeout = 15s', 'admin_api.token = s3cret');
    expect(keys.filter(({ key }) => key.endsWith('.shop.timeout'))).toEqual([
      { key: 'http_connector.services.shop.timeout', value: '15s', source: 'bondy.conf:4' },
    ]);
    expect(find(keys, 'admin_api.token')).toMatchObject({ value: '***' });
    expect(find(keys, 'admin.token')).toBeUndefined();
  });

  it('have defaults that depend on other keys', () => {
    const { keys } = load(
      '+retries = 1',
      '+timeout = 45s',
      'wamp.max_sessions = 70',
      'wamp.max_call_timeout = 90m',
      'listeners.a.protocol = rawsocket',
    );
    const values = ['+deadline', 'listeners.a.port', 'listeners.a.max_sessions', 'admin.console_calls'];
    expect(values.map((key) => find(keys, key)?.value)).toEqual(['1m30s', '18082', '70', 'on']);
    expect(find(load('wamp.max_call_timeout = 5s').keys, 'wamp.call_timeout')?.value).toBe('5s');
  });

  it('are those of the default listeners', () => {
    const { keys } = load();
    expect(find(keys, 'listeners.rawsocket.protocol')).toMatchObject({
      value: 'rawsocket',
      source: 'default',
    });
    expect(find(keys, 'listeners.admin.port')).toMatchObject({ value: '18081' });
  });

  it('are the key enabled alone for a service or a listener that is off', () => {
    const { keys } = load(
      'rpc_gateway.services.old.enabled = off',
      'rpc_gateway.services.old.base_url = https://old.example.com',
      'rpc_gateway.services.old.procedures.a.uri = com.old.a',
      'listeners.a.port = 0',
      'listeners.b.enabled = off',
      'listeners.b.port = 1',
    );
    const off = keys.filter(({ key }) => /\.old\.|listeners\.b\./.test(key));
    expect(off.map(({ key, value }) => [key, value])).toEqual([
      ['listeners.b.enabled', 'off'],
      ['rpc_gateway.services.old.enabled', 'off'],
    ]);
  });

  it('are those of groups', () => {
    const { keys } = load(
      '+auth.secrets.provider = env',
      '+auth.secrets.vars.token.field = SHOP_TOKEN',
      'security.realms.com.example.myrealm.authenticator = com.example.authenticate',
    );
    expect(find(keys, '+auth.secrets.vars.token.field')?.value).toBe('SHOP_TOKEN');
    expect(find(keys, '+auth.secrets.vars.token.transform')).toMatchObject({
      value: 'none',
      source: 'default',
    });
    expect(find(keys, 'security.realms.com.example.myrealm.authenticator')?.source).toBe('bondy.conf:6');
  });

  it('have none of the router without router.url', () => {
    expect(load().keys.filter(({ key }) => key.startsWith('router.'))).toEqual([]);
    const { keys } = load('router.url = ws://127.0.0.1:9/ws', 'listeners.a.port = 0');
    expect(find(keys, 'router.serializer')).toMatchObject({ value: 'json', source: 'default' });
    // The gateway opens no listener for clients.
    expect(find(keys, 'listeners.a.port')).toBeUndefined();
  });

  it('are at most 20,000, and those that are written come first', () => {
    const procedures = Array.from({ length: 3_000 }, (_, at) => [
      `${SHOP}.procedures.p${at}.uri = com.shop.p${at}`,
      `${SHOP}.procedures.p${at}.realm = com.example.myrealm`,
    ]).flat();
    const { keys, omitted } = load(...procedures);
    expect(keys.length).toBe(20_000);
    const ofOne = keys.filter(({ key }) => key.startsWith(`${SHOP}.procedures.p0.`)).length;
    expect(omitted).toBe(load().keys.length + 3_000 * ofOne - 20_000);
    expect(find(keys, `${SHOP}.procedures.p2999.uri`)).toBeDefined();
  });

  it('do not grow without end', () => {
    const procedures = Array.from({ length: 6_000 }, (_, at) => [
      `${SHOP}.procedures.p${at}.uri = com.shop.p${at}`,
      `${SHOP}.procedures.p${at}.realm = com.example.myrealm`,
    ]).flat();
    const config = parseConfig([...BASE, ...procedures].join('\n'), { env: {} });
    const kept = config.written.scopes.reduce((sum, { keys }) => sum + keys.size, 0);
    expect(kept).toBeLessThanOrEqual(10_000);
    expect(config.written.omitted).toBe(12_003 - kept);
    expect(effectiveKeys(config).keys.length).toBeLessThanOrEqual(20_000);
  });
});

describe('the value of a key', () => {
  it.each([
    ['+timeout = 15s   # a comment', '15s'],
    ['+headers.X-Motto = "a # b"', 'a # b'],
    ['+retries = ${NUMBER}', '2'],
    ['+breaker.enabled = ${FLAG}', 'off'],
    ['+base_url = https://${HOST}/api', 'https://${HOST}/api'],
    ['+base_url = ${UNSET:-https://shop.example.com}', 'https://shop.example.com'],
    ['+headers.X-Tenant = acme {{caller.authid}}', 'acme {{caller.authid}}'],
    [`${ITEM}.path = /items/{{id}}?expand=lines`, '/items/{{id}}?expand=lines'],
    [`${ITEM}.body.size = {"a":[1.10]}`, '{"a":[1.10]}'],
  ])('is as in the file: %s', (line, value) => {
    expect(shown(line)).toBe(value);
  });

  it.each([
    ['admin.token = s3cret', '***'],
    ['security.salt_secret = s3cret', '***'],
    ['+auth.vars.client_id = s3cret', '***'],
    ['+headers.X-Tenant = ${SECRET}', '${SECRET}'],
    ['+headers.X-Tenant = ${SECRET:-s3cret}', '${SECRET}'],
    ['+headers.X-Api-Key = s3cret', '***'],
    ['+headers.X-Api-Key = ${SECRET}', '${SECRET}'],
    ['+headers.Authorization = Bearer {{caller.authid}}', 'Bearer {{caller.authid}}'],
    ['+headers.Authorization = s3cret {{caller.authid}}s3cret', '***{{caller.authid}}***'],
    ['+headers.Authorization = {{token:-s3cret}}', '***'],
    ['+query.api_key = s3cret', '***'],
    ['+query.filter[token] = s3cret', '***'],
    ['+cookies.lang = s3cret', '***'],
    [`${ITEM}.method = post\n${ITEM}.body.password = s3cret`, '***'],
    [`${ITEM}.method = post\n${ITEM}.body.login = {"user": "a", "pin": "s3cret"}`, '***'],
    [`${ITEM}.path = /items?token=s3cret&a=b`, '/items?token=***&a=b'],
    [`${ITEM}.path = /items?a=b&%74oken=s3cret`, '/items?a=b&%74oken=***'],
    [
      '+headers.Referer = https://acme.example.com/?a=b&token=s3cret',
      'https://acme.example.com/?a=b&token=***',
    ],
    ['+headers.Referer = https://acme:s3cret@acme.example.com/', 'https://***@acme.example.com/'],
    ['+base_url = https://${HOST}/${SECRET}', 'https://${HOST}/${SECRET}'],
  ])('has no secret: %s', (line, value) => {
    const text = shown(...line.split('\n'));
    expect(text).toBe(value);
    expect(text).not.toContain('s3cret');
  });

  it('has no secret of the token request', () => {
    const { keys } = load(
      '+auth.fetch.url = https://idp.example.com/token?client_secret=s3cret&a=b',
      '+auth.fetch.token_path = access_token',
      '+auth.fetch.body_encoding = form',
      '+auth.fetch.body.grant_type = s3cret',
      '+auth.fetch.headers.X-A = s3cret',
      '+auth.fetch.basic_auth.username = s3cret',
      '+auth.fetch.basic_auth.password = s3cret',
      '+auth.apply.format = Bearer {{token}}s3cret',
    );
    expect(JSON.stringify(keys)).not.toContain('s3cret');
    expect(find(keys, '+auth.fetch.url')?.value).toBe('https://idp.example.com/token?client_secret=***&a=b');
    expect(find(keys, '+auth.apply.format')?.value).toBe('***{{token}}***');
  });

  it('has no secret of a router', () => {
    const { keys } = load(
      'router.url = wss://a.example.com/ws?token=s3cret, wss://b.example.com/ws?a=b&key=s3cret',
      'router.sessions.main.realm = com.example.myrealm',
      'router.sessions.main.authmethod = ticket',
      'router.sessions.main.authid = gateway',
      'router.sessions.main.ticket = s3cret',
      'listeners.ops.protocol = admin',
    );
    expect(find(keys, 'router.url')?.value).toBe(
      'wss://a.example.com/ws?token=***, wss://b.example.com/ws?a=b&key=***',
    );
    expect(find(keys, 'router.sessions.main.ticket')?.value).toBe('***');
    expect(find(keys, 'router.sessions.main.authid')?.value).toBe('gateway');
    expect(JSON.stringify(keys)).not.toContain('s3cret');
  });

  it('is cut if it is long', () => {
    expect(shown(`+headers.X-Long = ${'x'.repeat(3_000)}`)).toBe(`${'x'.repeat(500)}…`);
    expect(shown(`+headers.X-Long = ${'x'.repeat(20_000)}`)).toBe('***');
  });
});
