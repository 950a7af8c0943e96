import { describe, expect, it } from 'vitest';
import { compile, header, headersOf } from '../../../../test/support/compile-request.js';

describe('headers of the caller', () => {
  const build = (...lines: string[]) => compile('get_invoice', lines);
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
  it('prefers a configured header to one of the caller', () => {
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
  it.each(['X_User', 'x.user', 'X-USER', 'X~User'])('treats %s as the configured X-User', (name) => {
    // Who hands headers to a program by CGI or WSGI makes HTTP_X_USER of both.
    const request = build('+headers.X-User = {{caller.authid}}')({
      id: '1',
      _headers: { [name]: 'mallory' },
    });
    expect(headersOf(request.headers).filter(([, value]) => value === 'mallory')).toEqual([]);
    expect(header(request.headers, 'x-user')).toEqual(['alice']);
  });
  it('treats content_type as the default, and Content_Length as a header of the connection', () => {
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
  ])('refuses %s, which proxies and frameworks obey, unless caller_headers names it', (name) => {
    const _headers = { [name]: 'secret-value' };
    expect(() => build()({ id: '1', _headers })).toThrow(
      `_headers: ${name} cannot be given, as caller_headers of the service does not allow it`,
    );
    const named = build(`+caller_headers = x-trace, ${name}`)({ id: '1', _headers });
    expect(header(named.headers, name)).toEqual(['secret-value']);
  });
  it('lets callers send only the headers that caller_headers names', () => {
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
  it('refuses a configured name to the caller even if its variable is missing', () => {
    const request = build('+headers.X-Plan = {{plan}}')({ id: '1', _headers: { 'X-Plan': 'gold' } });
    expect(header(request.headers, 'x-plan')).toEqual([]);
  });
});
