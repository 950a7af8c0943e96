import { describe, expect, it } from 'vitest';
import { billingConf } from '../../test/support/billing-conf.js';
import { parseConfig } from '../config/load-config.js';
import type { ServiceSettings } from '../config/model.js';
import type { Caller } from '../upstream/caller.js';
import { compileCallerValues, exampleValues, needsIdentity, needsMeta } from './caller-values.js';
import { compileTokenRequest } from './token-request.js';

const ALICE: Caller = {
  realm: 'com.example',
  session: 7,
  authid: 'alice',
  authrole: 'staff',
  meta: { tenant: 'acme', level: 3, active: false, 'a.b': 'exact', a: { b: 'nested', c: 'deep' }, list: [] },
};

function settingsWith(...lines: string[]): ServiceSettings {
  const conf = billingConf(
    'https://h',
    '+auth.fetch.url = https://idp/token',
    '+auth.fetch.token_path = t',
    ...lines,
  );
  return parseConfig(conf, { env: {} }).services[0]!.settings;
}
const body = (template: string) => ['+auth.fetch.body_encoding = form', `+auth.fetch.body.a = ${template}`];
const read = (lines: readonly string[], caller: Caller) => {
  const got = compileCallerValues(settingsWith(...lines))!(caller);
  return got.kind === 'values' ? Object.fromEntries(got.values) : got.message;
};

describe('the values of a caller', () => {
  it('are not needed if all callers share one token', () => {
    const settings = settingsWith('+auth.vars.user = u', ...body('{{user}}'));
    expect([compileCallerValues(settings), needsIdentity(settings), needsMeta(settings)]).toEqual([
      undefined,
      false,
      false,
    ]);
  });

  it('come from the router', () => {
    const template = '{{caller.authid}} {{caller.authrole}} {{realm}}';
    expect(read(body(template), ALICE)).toEqual({
      'caller.authid': 'alice',
      'caller.authrole': 'staff',
      realm: 'com.example',
    });
  });

  it.each([
    ['tenant', 'acme'],
    ['level', '3'],
    ['active', 'false'],
    ['a.b', 'exact'],
    ['a.c', 'deep'],
  ])('come from meta: %s', (name, value) => {
    expect(read(body(`{{caller.meta.${name}}}`), ALICE)).toEqual({ [`caller.meta.${name}`]: value });
  });

  it.each(['constructor', 'a', 'list', 'list.length', 'nothing', 'a.b.length'])(
    'have no text at the name %s of meta',
    (name) => {
      expect(read(body(`{{caller.meta.${name}}}`), ALICE)).toBe(
        `The service fetches a token for each caller, and this caller has no {{caller.meta.${name}}}`,
      );
    },
  );

  it('need only the realm, which every procedure has, for a token for each realm', () => {
    const settings = settingsWith(...body('{{realm}}'));
    expect([needsIdentity(settings), needsMeta(settings)]).toEqual([false, false]);
    expect(
      read(body('{{realm}}'), { realm: 'r', session: undefined, authid: undefined, authrole: undefined }),
    ).toEqual({
      realm: 'r',
    });
  });

  it.each([
    ['an anonymous session', { ...ALICE, authrole: 'anonymous', authid: 'random' }],
    ['a session that the router calls anonymous', { ...ALICE, authid: 'anonymous' }],
  ])('refuse %s', (_, caller) => {
    expect(read(body('{{caller.authid}}'), caller)).toBe(
      'The service fetches a token for each caller, and an anonymous session has no name of its own. Log in with a name',
    );
    expect(read(body('{{caller.authid:-guest}}'), caller)).toEqual({});
    expect(read(body('{{caller.authrole}}'), { ...caller, authrole: 'anonymous' })).toEqual({
      'caller.authrole': 'anonymous',
    });
  });

  it('refuse a caller whom the router does not disclose, and tell the operator', () => {
    const hidden = { realm: 'r', session: undefined, authid: undefined, authrole: undefined };
    const got = compileCallerValues(settingsWith(...body('{{caller.authid}}')))!(hidden);
    expect(got).toMatchObject({ kind: 'unusable', cause: expect.stringContaining('allow_disclose') });
  });
});

describe('the key of a caller', () => {
  const keyOf = (lines: readonly string[], caller: Caller) => {
    const got = compileCallerValues(settingsWith(...lines))!(caller);
    return got.kind === 'values' ? got.key : got.message;
  };

  it('differs with each value, also where the text of the request would be the same', () => {
    const lines = body('{{caller.authid}}{{caller.authrole}}');
    const key = (authid: string, authrole: string) => keyOf(lines, { ...ALICE, authid, authrole });
    const pairs = [
      ['ab', 'c'],
      ['a', 'bc'],
      ['a","b', 'c'],
      ['a', 'b","c'],
    ] as const;
    expect(new Set(pairs.map(([authid, authrole]) => key(authid, authrole))).size).toBe(4);
  });

  it('says nothing of what the token request does not contain', () => {
    expect(keyOf(body('{{caller.authrole}}'), { ...ALICE, authid: 'bob', session: 8 })).toBe(
      keyOf(body('{{caller.authrole}}'), ALICE),
    );
  });
});

describe('a value that could change the token request', () => {
  const HOSTILE = [
    'a&b=c',
    'a"b',
    "a'b",
    'a\r\nX: y',
    'a\\b',
    '{{secret}}',
    '$(ENV)',
    'Łódź 🦊',
    'a%26b',
    'a=b;c',
  ];

  /** The request as a server reads it. */
  function sent(lines: readonly string[], authid: string) {
    const settings = settingsWith('+auth.vars.secret = s3cret', ...lines);
    const got = compileCallerValues(settings)!({ ...ALICE, authid });
    if (got.kind !== 'values') throw new Error(got.message);
    const built = compileTokenRequest(settings, 'agent')(new Map([['secret', 's3cret'], ...got.values]));
    if (built.kind !== 'request') throw new Error(built.problem);
    return built.http;
  }

  it.each(HOSTILE)('is one field of a form: %j', (authid) => {
    const { body: form } = sent([...body('{{caller.authid}}'), '+auth.fetch.body.b = {{secret}}'], authid);
    expect([...new URLSearchParams(String(form))]).toEqual([
      ['a', authid],
      ['b', 's3cret'],
    ]);
  });

  it.each(HOSTILE)('is one text of JSON: %j', (authid) => {
    const lines = ['+auth.fetch.body_encoding = json', '+auth.fetch.body.a = x{{caller.authid}}'];
    expect(JSON.parse(String(sent(lines, authid).body))).toEqual({ a: `x${authid}` });
  });

  it.each(HOSTILE)('is one segment of the path and one parameter: %j', (authid) => {
    const line = '+auth.fetch.url = https://idp/u/{{caller.authid}}/token?who={{caller.authid}}&x=1';
    const { pathname, searchParams } = new URL(`https://idp${sent([line], authid).path}`);
    expect(pathname.split('/').map(decodeURIComponent)).toEqual(['', 'u', authid, 'token']);
    expect([...searchParams]).toEqual([
      ['who', authid],
      ['x', '1'],
    ]);
  });

  it.each(HOSTILE)('is one password of HTTP Basic: %j', (authid) => {
    const lines = [
      '+auth.fetch.basic_auth.username = me',
      '+auth.fetch.basic_auth.password = {{caller.authid}}',
      '+auth.fetch.basic_auth.encoding = form',
    ];
    const { headers } = sent(lines, authid);
    const pair = Buffer.from(headers[headers.indexOf('Authorization') + 1]!.slice(6), 'base64').toString();
    expect(new URLSearchParams(`x=${pair.split(':')[1]}`).get('x')).toBe(authid);
  });

  it.each([
    [
      'a header',
      '+auth.fetch.headers.X-User = {{caller.authid}}',
      ['a\r\nX: y', 'a\nb', 'Łódź', 'a ', ' a', 'a\t'],
    ],
    [
      'a path',
      '+auth.fetch.url = https://idp/{{caller.authid}}/token',
      ['.', '..', '...', '../x', 'a/../b', 'a%2f%2e%2e%2fb', '..;a=b'],
    ],
    ['a form', '+auth.fetch.url = https://idp/?a={{caller.authid}}', ['\ud800', 'a\0b', '']],
  ])('is refused where it has no encoding: in %s', (_, line, values) => {
    for (const authid of values)
      expect(read([line], { ...ALICE, authid })).toMatch(/^The service fetches a token for each/);
  });

  it.each(['a:b', 'a\nb'])('is refused in HTTP Basic without an encoding: %j', (authid) => {
    const lines = [
      '+auth.fetch.basic_auth.username = {{caller.authid}}',
      '+auth.fetch.basic_auth.password = p',
    ];
    expect(read(lines, { ...ALICE, authid })).toContain('a colon or a control character');
  });
});

it('an example has a value for each variable, so that a request can be built', () => {
  const settings = settingsWith(
    ...body('{{caller.authid}}{{caller.meta.x}}'),
    '+auth.fetch.headers.X = {{realm}}',
  );
  expect(compileTokenRequest(settings, 'agent')(exampleValues(settings)).kind).toBe('request');
});
