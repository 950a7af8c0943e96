import { describe, expect, it } from 'vitest';
import { billingConf } from '../../../test/support/billing-conf.js';
import { withStaticCredential } from '../../../test/support/static-request.js';
import { describeCredential } from '../../auth/credential.js';
import { parseConfig } from '../../config/load-config.js';
import { parseJson } from '../../json.js';
import { renderBaseUrl } from './base-url.js';
import type { Call } from './call.js';
import { compileRequest } from './request.js';

const ORIGIN = 'https://billing.example.com';
const caller = { session: 77, authid: 'alice', authrole: 'clerk' };

/**
 * Compiles one procedure of the guide's service; a line that begins with + is a key of the service.
 */
function compile(name: string, lines: string[] = [], baseUrl = `${ORIGIN}/api`) {
  const config = parseConfig(billingConf(baseUrl, ...lines), { env: {} });
  const service = config.services.find((each) => each.name === 'billing')!;
  const procedure = service.procedures.find((each) => each.name === name)!;
  const base = renderBaseUrl(service.settings, service.settings['auth.vars'])!;
  const credential = describeCredential(service.settings);
  const build = compileRequest(service, procedure, base, credential, {
    userAgent: 'test',
    uuid: () => 'uuid-1',
  });
  return (kwargs: Call['kwargs'], args: unknown[] = []) => {
    const { request, replayable } = build({ args, kwargs, caller });
    return { ...request, replayable, credentialed: withStaticCredential(service.settings, request) };
  };
}
const headersOf = (headers: readonly string[]) => {
  const pairs: [string, string][] = [];
  for (let index = 0; index < headers.length; index += 2) pairs.push([headers[index]!, headers[index + 1]!]);
  return pairs;
};
const header = (headers: readonly string[], name: string) =>
  headersOf(headers)
    .filter(([each]) => each.toLowerCase() === name.toLowerCase())
    .map(([, value]) => value);

describe("the guide's requests", () => {
  it('GET: the rest of the kwargs becomes the query', () => {
    const request = compile('get_invoice')({ id: 'INV-001', expand: 'lines' });
    expect(request).toMatchObject({
      method: 'GET',
      origin: ORIGIN,
      path: '/api/invoices/INV-001?expand=lines',
      body: undefined,
    });
    expect(header(request.headers, 'content-type')).toEqual([]);
    expect(header(request.headers, 'accept')).toEqual(['application/json']);
  });
  it('POST: the kwargs become the JSON body', () => {
    const kwargs = {
      customer: 'cust-42',
      amount: 2500,
      currency: 'USD',
      lines: [{ desc: 'Widget', qty: 5, price: 500 }],
    };
    const request = compile('create_invoice')(kwargs);
    expect(request).toMatchObject({ method: 'POST', path: '/api/invoices', replayable: false });
    expect(request.body).toBe(
      '{"customer":"cust-42","amount":2500,"currency":"USD","lines":[{"desc":"Widget","qty":5,"price":500}]}',
    );
    expect(header(request.headers, 'content-type')).toEqual(['application/json']);
  });
  it('PATCH: path variables are consumed, the rest is the body', () => {
    const request = compile('update_invoice')({ id: 'INV-001', status: 'paid', notes: 'Paid in full' });
    expect(request).toMatchObject({ method: 'PATCH', path: '/api/invoices/INV-001' });
    expect(request.body).toBe('{"status":"paid","notes":"Paid in full"}');
  });
  it('DELETE: no body', () => {
    const request = compile('delete_invoice')({ id: 'INV-001' });
    expect(request).toMatchObject({ method: 'DELETE', path: '/api/invoices/INV-001', body: undefined });
  });
  it('_headers are merged with the defaults and removed from the kwargs', () => {
    const request = compile('get_invoice')({
      _headers: { 'X-Request-ID': 'req-42', 'X-Tenant': 'acme' },
      id: 'INV-001',
      expand: 'lines',
    });
    expect(request.path).toBe('/api/invoices/INV-001?expand=lines');
    expect(header(request.headers, 'x-request-id')).toEqual(['req-42']);
    expect(header(request.headers, 'x-tenant')).toEqual(['acme']);
    expect(header(request.headers, 'accept')).toEqual(['application/json']);
  });
});

describe('path', () => {
  it.each([
    ['a/b', 'a%2Fb'],
    ['a?b#c', 'a%3Fb%23c'],
    ['a/b.c/..d', 'a%2Fb.c%2F..d'],
    ['...', '...'],
    ['%2e%2e', '%252e%252e'],
    ['a\\b', 'a%5Cb'],
    ['ü', '%C3%BC'],
    [' ', '%20'],
    ['a\r\nHost: evil', 'a%0D%0AHost%3A%20evil'],
    [7, '7'],
    [true, 'true'],
    [9007199254740993n, '9007199254740993'],
    ['{{realm}}', '%7B%7Brealm%7D%7D'],
  ])('sends %s as the one segment %s', (id, segment) => {
    expect(compile('get_invoice')({ id }).path).toBe(`/api/invoices/${segment}`);
  });
  it.each([
    ['.', /must not be/],
    ['..', /must not be/],
    ['../../etc', /must not contain "\." or "\.\." between slashes/],
    ['%2e%2e%2fetc', /between slashes/],
    ['..?etc', /between slashes/],
    ['a\\..\\b', /between slashes/],
    ['..;/etc', /between slashes/],
    ['..;', /between slashes/],
    ['', /must not be empty/],
    [null, /must be text/],
    [['a'], /must be text/],
    [{ a: 1 }, /must be text/],
    ['\ud800', /lone surrogate/],
    ['\0QUJD', 'Path variable id contains the character U+0000, as bytes in JSON do'],
    ['INV\0-1', /U\+0000/],
  ])('refuses %j', (id, message) => {
    expect(() => compile('delete_invoice')({ id })).toThrow(message);
  });
  it('names a missing variable', () => {
    expect(() => compile('get_invoice')({})).toThrow('Missing required path variable: id');
    expect(() => compile('get_invoice')(Object.create({ id: 'inherited' }))).toThrow(
      'Missing required path variable: id',
    );
  });
  it('refuses dot segments that variables make together', () => {
    const path = (path: string) => compile('get_invoice', [`+procedures.get_invoice.path = ${path}`]);
    const two = path('/files/{{a}}{{b}}');
    expect(() => two({ a: 'x%2f%2e%2', b: 'e%2fy' })).toThrow(/together/);
    expect(() => two({ a: 'x/', b: '%2e%2' })).not.toThrow();
    expect(() => path('/files/{{a}}.{{b}}')({ a: 'x%2f', b: '%2fy' })).toThrow(/together/);
    expect(() => path('/files/..{{a}}')({ a: '/y' })).toThrow(/together/);
    expect(path('/files/{{a}}.{{b}}')({ a: 'x/y', b: 'json' }).path).toBe('/api/files/x%2Fy.json');
  });
  it('fills a variable that stands twice, twice, and takes defaults', () => {
    const build = compile('get_invoice', [
      '+procedures.get_invoice.path = /a/{{id}}/{{kind:-all}}/{{id}}.json',
    ]);
    expect(build({ id: 'x' }).path).toBe('/api/a/x/all/x.json');
    expect(build({ id: 'x', kind: 'y' }).path).toBe('/api/a/x/y/x.json');
  });
  it.each([
    ['https://h.example.com', '/p', '/p'],
    ['https://h.example.com/', '/p', '/p'],
    ['https://h.example.com/api/', '/p', '/api/p'],
    ['https://h.example.com/api', '/', '/api/'],
    ['https://h.example.com/api/', '/', '/api/'],
    ['https://h.example.com', '', '/'],
    ['https://h.example.com/api', '', '/api'],
    ['https://h.example.com/api/', '', '/api/'],
    ['https://h.example.com/api?v=1', '', '/api?v=1'],
    ['https://h.example.com/api?v=1', '?a=b', '/api?v=1&a=b'],
    ['https://h.example.com/api?v=1', '/p?a=b', '/api/p?v=1&a=b'],
    ['https://h.example.com/api', '//evil.example.com/x', '/api//evil.example.com/x'],
  ])('joins %s and %s', (base, path, expected) => {
    const build = compile('get_invoice', [`+procedures.get_invoice.path = ${path}`], base);
    expect(build({})).toMatchObject({ origin: 'https://h.example.com', path: expected });
  });
  it('strips the prefix, whole segments only', () => {
    const under = (path: string) =>
      compile('get_invoice', ['+prefix = /billing', `+procedures.get_invoice.path = ${path}`])({}).path;
    expect(under('/billing/invoices')).toBe('/api/invoices');
    expect(under('/billing')).toBe('/api/');
    expect(under('/billings/x')).toBe('/api/billings/x');
    expect(under('/other')).toBe('/api/other');
  });
});

describe('query', () => {
  const pathOf = (kwargs: Call['kwargs'], ...lines: string[]) =>
    compile('get_invoice', lines)({ id: '1', ...kwargs }).path;
  it('writes scalars as text, repeats lists, leaves null out', () => {
    expect(pathOf({ a: '', b: 0, c: false, d: null, e: [1, 'x', null, true], f: [] })).toBe(
      '/api/invoices/1?a=&b=0&c=false&e=1&e=x&e=true',
    );
  });
  it('encodes names and values', () => {
    expect(pathOf({ 'a&b=c': 'd e&f=g#h' })).toBe('/api/invoices/1?a%26b%3Dc=d%20e%26f%3Dg%23h');
  });
  it.each([[{ a: 1 }], [[{ a: 1 }]], [[[1]]]])('refuses %j and names the key', (value) => {
    expect(() => pathOf({ filter: value })).toThrow(/"filter"/);
  });
  it.each([
    [{ filter: '\0QUJD' }, 'Query parameter filter'],
    [{ filter: 'a\0' }, 'Query parameter filter'],
    [{ filter: ['a', '\0'] }, 'Query parameter filter'],
    [{ '\0QUJD': 1 }, 'The name of a query parameter'],
    [{ order: '\0QUJD' }, 'Query parameter sort', '+query.sort = {{order}}'],
    [{ order: ['\0QUJD'] }, 'Query parameter sort', '+query.sort = {{order}}'],
    [{ order: '\0QUJD' }, 'Query parameter sort', '+query.sort = by {{order}}'],
  ])('refuses U+0000, which stands for bytes in JSON: %j, %s', (kwargs, what, ...lines: string[]) => {
    expect(() => pathOf(kwargs, ...lines)).toThrow(what);
    expect(() => pathOf(kwargs, ...lines)).toThrow('contains the character U+0000');
  });
  it('puts literal, configured and remaining parameters in this order', () => {
    const lines = [
      '+query.v = 2',
      '+procedures.get_invoice.query.sort = {{order}}',
      '+procedures.get_invoice.path = /i?x=1',
    ];
    expect(compile('get_invoice', lines)({ order: 'asc', rest: 'r' }).path).toBe(
      '/api/i?x=1&v=2&sort=asc&rest=r',
    );
  });
  it('lets no kwarg set or add to what the configuration sets', () => {
    const lines = ['+query.v = 2', '+query.w = {{w2}}', '+procedures.get_invoice.path = /i?x=1'];
    expect(compile('get_invoice', lines)({ v: '3', w: '4', x: '5', y: '6' }).path).toBe('/api/i?x=1&v=2&y=6');
  });
  it('has query parameters on a POST: filter[status]', () => {
    const build = compile('create_invoice', ['+procedures.create_invoice.query.filter[status] = {{status}}']);
    expect(build({ status: 'paid', a: 1 })).toMatchObject({
      path: '/api/invoices?filter%5Bstatus%5D=paid',
      body: '{"a":1}',
    });
  });
});

describe('constants and defaults of a JSON body', () => {
  const bodyOf = (line: string, kwargs: Call['kwargs'] = {}) =>
    compile('create_invoice', [`+procedures.create_invoice.body.${line}`])(kwargs).body;
  it.each([
    ['x = true', '{"x":true}'],
    ['x = null', '{"x":null}'],
    ['x = 10', '{"x":10}'],
    ['x = -1.50', '{"x":-1.50}'],
    ['x = 1e400', '{"x":1e400}'],
    ['x = 12345678901234567890', '{"x":12345678901234567890}'],
    ['x = [1, "a"]', '{"x":[1, "a"]}'],
    ['x = {"a":{"__proto__":1}}', '{"x":{"a":{"__proto__":1}}}'],
    ['x = "10115"', '{"x":"10115"}'],
    ["x = 'true'", '{"x":"true"}'],
    ['x = 010', '{"x":"010"}'],
    ['x = True', '{"x":"True"}'],
    ['x = order', '{"x":"order"}'],
    ['x =', '{"x":""}'],
    ['x = {{page:-1}}', '{"x":1}'],
    ['x = {{page:-"1"}}', '{"x":"1"}'],
    ['x = {{page:-a}}', '{"x":"a"}'],
    ['x = {{page:-}}', '{"x":""}'],
    ['x = "{{page:-1}}"', '{"x":"1"}'],
    ['x = {{page:-1}}0', '{"x":"10"}'],
    ['x = {{caller.authid:-1}}', '{"x":"alice"}'],
  ])('%s', (line, body) => {
    expect(bodyOf(line)).toBe(body);
  });
  it('leave what a caller sends as it is', () => {
    expect(bodyOf('x = {{page:-1}}', { page: 'true' })).toBe('{"x":"true"}');
    expect(bodyOf('x = true', { y: 1 })).toBe('{"x":true,"y":1}');
  });
  it('are the whole body where that is one variable', () => {
    const build = compile('create_invoice', ['+procedures.create_invoice.body = {{items:-[1, 2]}}']);
    expect(String(build({}).body)).toBe('[1, 2]');
    expect(build({ items: '[]' }).body).toBe('"[]"');
  });
  it('are text in every other place', () => {
    const request = compile('create_invoice', [
      '+headers.X-A = true',
      '+query.a = {{a:-"1"}}',
      '+cookies.a = 1.0',
    ])({});
    expect(request.path).toBe('/api/invoices?a=%221%22');
    expect(header(request.headers, 'x-a')).toEqual(['true']);
    expect(header(request.headers, 'cookie')).toEqual(['a=1.0']);
  });
});

describe('headers', () => {
  const build = (...lines: string[]) => compile('get_invoice', lines);
  it('replaces a default by name in any case', () => {
    const request = build()({ id: '1', _headers: { ACCEPT: 'text/csv' } });
    expect(header(request.headers, 'accept')).toEqual(['text/csv']);
  });
  it('takes text, numbers, booleans and lists', () => {
    const request = build()({ id: '1', _headers: { 'X-A': 1, 'X-B': true, 'X-C': ['c', 2], 'X-D': 'é' } });
    expect(headersOf(request.headers).filter(([name]) => name.startsWith('X-'))).toEqual([
      ['X-A', '1'],
      ['X-B', 'true'],
      ['X-C', 'c'],
      ['X-C', '2'],
      ['X-D', 'é'],
    ]);
  });
  it.each([
    ['not a dict', 'X-A: 1'],
    ['a list', ['X-A']],
    ['null', null],
    ['CR LF', { 'X-A': 'a\r\nX-B: b' }],
    ['NUL', { 'X-A': 'a\0' }],
    ['beyond Latin-1', { 'X-A': '€' }],
    ['a null value', { 'X-A': null }],
    ['a dict value', { 'X-A': {} }],
    ['a nested list', { 'X-A': [['a']] }],
    ['null in a list', { 'X-A': [null] }],
    ['a bad name', { 'X A': 'a' }],
    ['an empty name', { '': 'a' }],
    ['a name with a line break', { 'X-A\r\nX-B': 'a' }],
    ...[
      'Host',
      'content-length',
      'Transfer-Encoding',
      'Connection',
      'Keep-Alive',
      'Upgrade',
      'TE',
      'Trailer',
      'Expect',
      'Accept-Encoding',
      'Proxy-Authorization',
      'proxy-x',
    ].map((name): [string, unknown] => [name, { [name]: 'x' }]),
  ])('refuses _headers with %s', (_, _headers) => {
    expect(() => build()({ id: '1', _headers })).toThrow(/_headers/);
  });
  it('lets the configuration win over the caller', () => {
    const request = build(
      '+headers.X-User = {{caller.authid}}',
      '+headers.X-Realm = {{realm}}',
    )({
      id: '1',
      'caller.authid': 'mallory',
      _headers: { 'x-user': 'mallory', 'X-Other': 'o' },
    });
    expect(header(request.headers, 'x-user')).toEqual(['alice']);
    expect(header(request.headers, 'x-realm')).toEqual(['com.example.myrealm']);
    expect(header(request.headers, 'x-other')).toEqual(['o']);
  });
  it.each(['X_User', 'x.user', 'X-USER', 'X~User'])('takes %s for the configured X-User', (name) => {
    // Who hands headers to a program by CGI or WSGI makes HTTP_X_USER of both.
    const request = build('+headers.X-User = {{caller.authid}}')({
      id: '1',
      _headers: { [name]: 'mallory' },
    });
    expect(headersOf(request.headers).filter(([, value]) => value === 'mallory')).toEqual([]);
    expect(header(request.headers, 'x-user')).toEqual(['alice']);
  });
  it('takes content_type for the default and Content_Length for a header of the connection', () => {
    const post = compile('create_invoice');
    const request = post({ a: 1, _headers: { content_type: 'text/json' } });
    expect(header(request.headers, 'content-type')).toEqual([]);
    expect(header(request.headers, 'content_type')).toEqual(['text/json']);
    expect(() => post({ a: 1, _headers: { Content_Length: '5' } })).toThrow(/is set by the gateway itself/);
    expect(() => post({ a: 1, _headers: { Transfer_Encoding: 'chunked' } })).toThrow(/is set by the gateway/);
  });
  it.each([
    'X-HTTP-Method-Override',
    'x-http-method',
    'X_Method_Override',
    'X-Original-URL',
    'X-Rewrite-URL',
    'Forwarded',
    'X-Forwarded-For',
    'X_FORWARDED_HOST',
    'X-Real-IP',
    'Proxy',
    'X-Host',
    'X-Forwarded',
    'Forwarded-For',
    'Client_IP',
    'Fastly-Client-IP',
    'CF-Connecting-IPv6',
    'Remote-User',
    'X-Auth-Request-Email',
    'X-HTTP-Path-Override',
    'x-middleware-subrequest',
  ])('refuses %s, which steers proxies and frameworks, unless caller_headers names it', (name) => {
    const _headers = { [name]: 'secret-value' };
    expect(() => build()({ id: '1', _headers })).toThrow(
      `_headers: ${name} cannot be given, as caller_headers of the service does not allow it`,
    );
    const named = build(`+caller_headers = x-trace, ${name}`)({ id: '1', _headers });
    expect(header(named.headers, name)).toEqual(['secret-value']);
  });
  it.each([
    ['body', '_method'],
    ['body', '_METHOD'],
    ['body', '_method\0x'],
    ['query', '_method'],
    ['query', '.method'],
    ['query', '_Method[]'],
  ])('lets no POST have in its %s a %s, by which frameworks let it be another method', (place, name) => {
    const post = compile('create_invoice', [`+procedures.create_invoice.remaining = ${place}`]);
    expect(() => post({ a: 1, [name]: 'DELETE' })).toThrow('cannot be given: it could change the method');
    expect(post({ a: 1, _methods: 'x', method: 'y' })).toBeDefined();
  });
  // Rails and Laravel read both into one, and the body's comes first.
  it.each([
    ['tenant', ['+procedures.create_invoice.query.tenant = t1']],
    ['Tenant', ['+procedures.create_invoice.query.tenant = t1']],
    ['tenant\0', ['+procedures.create_invoice.query.tenant = t1']],
    ['tenant', ['+procedures.create_invoice.path = /invoices?tenant=t1']],
  ])('refuses a field of the body that has the name of a query parameter: %j', (name, lines) => {
    const post = compile('create_invoice', lines);
    expect(() => post({ a: 1, [name]: 'other' })).toThrow('the request has a query parameter of that name');
    expect(post({ a: 1, tenants: 'x' }).body).toBe('{"a":1,"tenants":"x"}');
  });
  it('takes it where the configuration names the field', () => {
    const lines = ['query.tenant = t1', 'body.tenant = {{tenant}}'];
    const post = compile(
      'create_invoice',
      lines.map((line) => `+procedures.create_invoice.${line}`),
    );
    expect(post({ tenant: 'other' }).body).toBe('{"tenant":"other"}');
  });
  it('lets a request have the _method that the configuration names', () => {
    const post = compile('create_invoice', ['+procedures.create_invoice.body._method = {{_method}}']);
    expect(post({ _method: 'PUT' }).body).toBe('{"_method":"PUT"}');
    const fixed = compile('create_invoice', ['+procedures.create_invoice.body._method = PUT']);
    expect(fixed({ _method: 'DELETE', a: 1 }).body).toBe('{"_method":"PUT","a":1}');
  });

  it('lets callers send what caller_headers names, and nothing else', () => {
    const one = build('+caller_headers = If-*, X-*-ID, X-Trace');
    const _headers = {
      'if-none-match': '"a"',
      'X-Request-ID': '1',
      x_trace: 't',
      'X-Correlation-Span-Id': '2',
    };
    const sent = headersOf(one({ id: '1', _headers }).headers);
    for (const [name, value] of Object.entries(_headers)) expect(sent).toContainEqual([name, value]);
    for (const name of ['If', 'X-ID', 'X-Requested', 'X-Tracer', 'Accept', 'X-Forwarded-For']) {
      expect(() => one({ id: '1', _headers: { [name]: 'x' } })).toThrow(/caller_headers/);
    }
    expect(() => build('+caller_headers =')({ id: '1', _headers: { Accept: 'x' } })).toThrow(
      /caller_headers/,
    );
    expect(() => build('+caller_headers = *')({ id: '1', _headers: { Host: 'x' } })).toThrow(/is set by the/);
  });
  it('keeps a configured name from the caller even where its variable is missing', () => {
    const request = build('+headers.X-Plan = {{plan}}')({ id: '1', _headers: { 'X-Plan': 'gold' } });
    expect(header(request.headers, 'x-plan')).toEqual([]);
  });
  it('refuses a variable that would split the header', () => {
    expect(() => build('+headers.X-Plan = {{plan}}')({ id: '1', plan: 'a\r\nb' })).toThrow(/X-Plan/);
  });
  it('builds cookies, encoded so that no value begins another', () => {
    const request = build(
      '+cookies.sid = {{sid}}',
      '+cookies.lang = en',
      '+cookies.none = {{none}}',
    )({
      id: '1',
      sid: 'a; admin=1%é',
      _headers: { Cookie: 'sid=evil' },
    });
    expect(header(request.headers, 'cookie')).toEqual(['sid=a%3B%20admin=1%25%C3%A9; lang=en']);
  });
  it.each([['+cookies.sid = {{sid}}'], ['+cookies.sid = s-{{sid}}']])(
    'refuses a cookie with U+0000: %s',
    (line) => {
      expect(() => build(line)({ id: '1', sid: '\0QUJD' })).toThrow(
        /^Cookie sid contains the character U\+0000/,
      );
    },
  );
});

describe('body', () => {
  const build = (...lines: string[]) =>
    compile(
      'create_invoice',
      lines.map((line) => `+procedures.create_invoice.${line}`),
    );
  it('is empty where no kwarg is left', () => {
    const request = build()({});
    expect(request.body).toBeUndefined();
    expect(header(request.headers, 'content-type')).toEqual([]);
  });
  it('keeps the type of a value that is exactly one variable, and writes mixed text as text', () => {
    const body = build(
      'body.n = {{n}}',
      'body.t = no. {{n}}',
      'body.l = {{l}}',
      'body.c = constant',
      'body.d = {{d:-7}}',
    )({
      n: 5,
      l: [1, { a: null }],
      extra: true,
    }).body;
    expect(body).toBe('{"n":5,"t":"no. 5","l":[1,{"a":null}],"c":"constant","d":7,"extra":true}');
  });
  it('can be a list, whole', () => {
    const whole = build('body = {{items}}');
    expect(whole({ items: [1, 2] }).body).toBe('[1,2]');
    expect(whole({}).body).toBeUndefined();
    expect(() => whole({ items: [], other: 1 })).toThrow(/"other"/);
  });
  it('uses the same name in path and body', () => {
    const update = compile('update_invoice', ['+procedures.update_invoice.body.id = {{id}}']);
    expect(update({ id: 'INV-1', a: 1 })).toMatchObject({
      path: '/api/invoices/INV-1',
      body: '{"id":"INV-1","a":1}',
    });
  });
  it('lets no kwarg stand beside a configured field in another case', () => {
    const body = build('body.tenant = {{caller.authid}}')({ Tenant: 'x', TENANT: 'y', other: 1 }).body;
    expect(body).toBe('{"tenant":"alice","other":1}');
  });
  it('lets no kwarg replace a configured field', () => {
    expect(
      build('body.user = {{caller.authid}}', 'body.plan = {{p}}')({ user: 'mallory', plan: 'gold' }).body,
    ).toBe('{"user":"alice"}');
  });
  it('refuses what nothing uses where told to', () => {
    const strict = build('remaining = refuse', 'body.a = {{a}}');
    expect(strict({ a: 1 }).body).toBe('{"a":1}');
    expect(() => strict({ a: 1, b: 2 })).toThrow(/"b"/);
  });
  it('can be on a GET, and a POST can have its kwargs in the query', () => {
    const get = compile('get_invoice', ['+procedures.get_invoice.remaining = body']);
    expect(get({ id: '1', q: 'x' })).toMatchObject({
      method: 'GET',
      path: '/api/invoices/1',
      body: '{"q":"x"}',
    });
    expect(build('remaining = query')({ q: 'x' })).toMatchObject({
      path: '/api/invoices?q=x',
      body: undefined,
    });
  });
  it('carries big integers and __proto__ exactly', () => {
    const text = '{"big":9007199254740993,"huge":-123456789012345678901234567890,"__proto__":{"admin":true}}';
    const kwargs = parseJson(text) as Call['kwargs'];
    expect(build()(kwargs).body).toBe(text);
    expect(build('body.x = 1')(kwargs).body).toBe(`{"x":1,${text.slice(1)}`);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('a number beyond a double', () => {
  it.each(['{"x":1e400}', '{"x":[{"y":-1e999}]}'])('is refused in a body: %s', (text) => {
    const build = compile('create_invoice');
    expect(() => build(parseJson(text) as Call['kwargs'])).toThrow(/too large/);
    expect(build(parseJson('{"x":null}') as Call['kwargs']).body).toBe('{"x":null}');
  });
});

describe('idempotency', () => {
  it('adds a key to every request where configured', () => {
    const build = compile('create_invoice', ['+idempotency_header = Idempotency-Key']);
    const request = build({ a: 1 });
    expect(header(request.headers, 'idempotency-key')).toEqual(['uuid-1']);
    expect(request.replayable).toBe(true);
  });
  it("keeps the caller's own key, unless it is empty", () => {
    const build = compile('create_invoice', ['+idempotency_header = Idempotency-Key']);
    expect(header(build({ _headers: { 'idempotency-key': 'mine' } }).headers, 'idempotency-key')).toEqual([
      'mine',
    ]);
    expect(header(build({ _headers: { 'idempotency-key': '' } }).headers, 'idempotency-key')).toEqual([
      'uuid-1',
    ]);
  });
  it('makes a POST replayable by the caller alone', () => {
    const build = compile('create_invoice');
    expect(build({ _headers: { 'Idempotency-Key': 'mine' } }).replayable).toBe(true);
    expect(build({ _headers: { 'Idempotency-Key': ' ' } }).replayable).toBe(false);
    expect(build({}).replayable).toBe(false);
  });
});

describe('credentials', () => {
  it('go into a header, over whatever the caller sent', () => {
    const build = compile('get_invoice', [
      '+auth.vars.token = s3cret',
      '+auth.apply.format = Bearer {{token}}',
    ]);
    const { credentialed } = build({ id: '1', _headers: { authorization: 'Bearer mine' } });
    expect(typeof credentialed !== 'string' && header(credentialed.headers, 'authorization')).toEqual([
      'Bearer s3cret',
    ]);
  });
  it('go into the query, encoded, over whatever the caller sent', () => {
    const lines = [
      '+auth.vars.token = k&y',
      '+auth.apply.placement = query_param',
      '+auth.apply.name = api_key',
    ];
    const { credentialed } = compile('get_invoice', lines)({ id: '1', api_key: 'mine', q: 'x' });
    expect(credentialed).toMatchObject({ path: '/api/invoices/1?q=x&api_key=k%26y' });
  });
});

describe('a credential', () => {
  const sent = (...lines: string[]) => {
    const { credentialed } = compile('get_invoice', lines)({ id: '1' });
    if (typeof credentialed === 'string') return credentialed;
    return { path: credentialed.path, headers: headersOf(credentialed.headers) };
  };
  it('takes the place of a configured header', () => {
    expect(sent('+headers.AUTHORIZATION = mine', '+auth.vars.token = t')).toMatchObject({
      headers: expect.not.arrayContaining([['AUTHORIZATION', 'mine']]),
    });
  });
  it('takes the place of a configured or literal query parameter', () => {
    const apply = ['+auth.vars.token = t', '+auth.apply.placement = query_param', '+auth.apply.name = key'];
    expect(sent('+query.key = mine', ...apply)).toMatchObject({ path: '/api/invoices/1?key=t' });
    expect(
      sent('+procedures.get_invoice.path = /i?a=%20&k%65y=mine', ...apply, '+query.b = c'),
    ).toMatchObject({
      path: '/api/i?a=%20&b=c&id=1&key=t',
    });
  });
  it('that is a secret not yet known lets nothing leave', () => {
    const secrets = [
      '+auth.secrets.provider = env',
      '+auth.secrets.vars.token.field = TOKEN',
      '+auth.apply.format = Bearer {{token}}',
    ];
    expect(sent(...secrets)).toBe('secrets');
  });
});

it('refuses positional arguments and says how to send keyword arguments', () => {
  expect(() => compile('get_invoice')({ id: '1' }, ['x'])).toThrow(/keyword arguments/);
});

it('leaves a key that base_url holds where it is', () => {
  const build = compile('get_invoice', ['+auth.vars.token = k3y'], `${ORIGIN}/bot{{token}}`);
  const { path, credentialed } = build({ id: '1' });
  expect(path).toBe('/botk3y/invoices/1');
  expect(typeof credentialed !== 'string' && header(credentialed.headers, 'authorization')).toEqual([]);
});
