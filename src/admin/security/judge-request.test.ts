import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createAccess, judgeRequest } from './judge-request.js';

interface Sent {
  readonly method?: string;
  readonly url?: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly isTls?: boolean;
  readonly token?: string;
  readonly hosts?: readonly string[];
}

/** The status of the refusal, or `passed`. */
function judge(sent: Sent): number | 'passed' {
  const headers = { host: sent.host ?? 'localhost', ...sent.headers };
  const request = {
    method: sent.method ?? 'GET',
    url: sent.url ?? '/status',
    headersDistinct: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    socket: { encrypted: sent.isTls === true },
  } as unknown as IncomingMessage;
  const judged = judgeRequest(request, createAccess({ token: sent.token, hosts: sent.hosts ?? [] }));
  return judged.kind === 'head' ? 'passed' : judged.status;
}

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

describe('the Host of an admin request', () => {
  it.each([
    'localhost',
    'LOCALHOST:18081',
    'localhost.',
    'console.localhost:18081',
    '127.0.0.1:18081',
    '10.1.2.3',
    '[::1]:18081',
    '[2001:db8::1]',
  ])('may be %s', (host) => {
    expect(judge({ host })).toBe('passed');
  });

  it.each([
    'evil.example.com',
    'localhost.evil.example.com',
    'evil-localhost',
    '127.0.0.1.evil.example.com',
    '2130706433x',
    'gateway',
  ])('must not be %s', (host) => {
    expect(judge({ host })).toBe(403);
  });

  it.each([
    '',
    'user@localhost',
    'localhost/x',
    'localhost:x',
    'localhost:99999',
    'localhost, evil.example.com',
    'local host',
    '[::1',
    '[localhost]',
    'löcalhost',
    'localhost\\x',
    'localhost#',
  ])('must be a host and not %j', (host) => {
    expect(judge({ host })).toBe(400);
  });

  it.each([
    ['gateway.example.com', 'gateway.example.com', 'passed'],
    ['gateway.example.com', 'GATEWAY.example.com.:8443', 'passed'],
    ['gateway.example.com', 'a.gateway.example.com', 403],
    ['gateway.example.com:8443', 'gateway.example.com:8443', 'passed'],
    ['gateway.example.com:8443', 'gateway.example.com', 403],
    ['https://gateway.example.com', 'gateway.example.com', 'passed'],
    ['https://gateway.example.com', 'gateway.example.com:443', 'passed'],
    ['https://gateway.example.com', 'gateway.example.com:8443', 403],
    ['https://gateway.example.com:8443', 'gateway.example.com:8443', 'passed'],
  ] as const)('with admin.hosts = %s and the value %s: %s', (allowed, host, expected) => {
    expect(judge({ host, hosts: ['other.example.com', allowed] })).toBe(expected);
  });
});

describe('the Origin of an admin request', () => {
  it.each([
    ['localhost:18081', 'http://localhost:18081'],
    ['localhost:18081', 'https://localhost:18081'],
    ['localhost', 'http://localhost'],
    ['localhost:80', 'http://localhost'],
    ['[::1]:18081', 'http://[::1]:18081'],
    ['10.1.2.3:18081', 'http://10.1.2.3:18081'],
  ])('may equal the Host %s: %s', (host, origin) => {
    expect(judge({ host, headers: { origin } })).toBe('passed');
  });

  it.each([
    'null',
    '',
    'http://localhost',
    'http://localhost:3000',
    'http://127.0.0.1:18081',
    'http://evil.example.com',
    'http://localhost:18081.evil.example.com',
    'http://localhost:18081/',
    'http://localhost:18081 http://evil.example.com',
    'http://user@localhost:18081',
    'chrome-extension://localhost:18081',
    'file://',
    'HTTP://localhost:18081',
  ])('must not be another one: %j', (origin) => {
    expect(judge({ host: 'localhost:18081', headers: { origin } })).toBe(403);
  });

  it('must have https where the listener has TLS', () => {
    expect(judge({ host: 'localhost:1', headers: { origin: 'http://localhost:1' }, isTls: true })).toBe(403);
    expect(judge({ host: 'localhost:1', headers: { origin: 'https://localhost:1' }, isTls: true })).toBe(
      'passed',
    );
  });

  it.each([
    ['gateway.example.com', 'https://gateway.example.com', 'passed'],
    ['gateway.example.com', 'http://gateway.example.com:8080', 'passed'],
    ['gateway.example.com:8080', 'http://gateway.example.com', 403],
    ['https://gateway.example.com', 'https://gateway.example.com', 'passed'],
    ['https://gateway.example.com', 'http://gateway.example.com', 403],
    ['https://gateway.example.com', 'https://gateway.example.com:8443', 403],
  ] as const)('with admin.hosts = %s, behind a proxy, and the value %s: %s', (allowed, origin, expected) => {
    expect(judge({ host: '127.0.0.1:18081', headers: { origin }, hosts: [allowed] })).toBe(expected);
  });
});

describe('the path of an admin request', () => {
  it.each(['/', '/status', '/status/', '/status?x=%2e%2e/', '/services/a-b_c.d~1/probe'])(
    'may be %s',
    (url) => {
      expect(judge({ url })).toBe('passed');
    },
  );

  it.each([
    '/realms/a%2Fb',
    "/realms/a!*'()~",
    '/realms/%C3%A9/sessions/1/kill',
    '/realms/100%25',
    '/realms/%00',
  ])('may have the name of a realm in percent-encoding: %s', (url) => {
    expect(judge({ url })).toBe('passed');
  });

  it.each([
    '/realms/%61',
    '/realms/a%2fb',
    '/realms/%2E%2E',
    '/realms/..',
    '/realms/%',
    '/realms/%C3',
    '/realms/a&b',
    '/realms/a/sessions/%2F/kill',
    '/realms%2Fa',
    '/realms//sessions',
  ])('must have the name of a realm as encodeURIComponent gives it, and not %s', (url) => {
    expect(judge({ url })).toBe(400);
  });

  it.each([
    '',
    'status',
    '*',
    '//status',
    '/status//',
    '/livez/../status',
    '/./status',
    '/livez/..',
    '/%73tatus',
    '/livez/%2e%2e/status',
    '/services/a%2Fb/probe',
    '/services/a%5cb/probe',
    '/livez;/../status',
    '/livez\\..\\status',
    '/status\u0000',
    '/status%00',
    '/stätus',
    '/livez#/status',
    'http://localhost/status',
    'http://evil.example.com/livez',
    'localhost:443',
  ])('must not be %j', (url) => {
    expect(judge({ url })).toBe(400);
  });
});

describe('the token of an admin request', () => {
  const token = 'correct horse battery'.replaceAll(' ', '-');

  it.each([
    `Bearer ${token}`,
    `bearer  ${token}`,
    basic(`admin:${token}`),
    basic(`:${token}`),
    `BASIC ${Buffer.from(`x:${token}`).toString('base64')}`,
  ])('is right in %s', (authorization) => {
    expect(judge({ token, headers: { authorization } })).toBe('passed');
  });

  it.each([
    '',
    'Bearer',
    `Bearer ${token}x`,
    `Bearer ${token.slice(1)}`,
    `Bearer ${token.toUpperCase()}`,
    `Bearer ${token} ${token}`,
    `Bearer x, Bearer ${token}`,
    `Bearer ${Buffer.from(token).toString('base64')}`,
    token,
    `Token ${token}`,
    `Digest ${token}`,
    basic(token),
    basic(`${token}:`),
    basic(`admin:${token}:`),
    basic(`a:b:${token}`),
    'Basic ====',
    'Basic',
  ])('is wrong in %j', (authorization) => {
    expect(judge({ token, headers: { authorization } })).toBe(401);
  });

  it('is demanded for every path but those of probes, whether the path exists or not', () => {
    const paths = [
      '/livez',
      '/readyz',
      '/ping',
      '/ready',
      '/status',
      '/metrics',
      '/',
      '/nothing',
      '/livez/x',
    ];
    expect(paths.map((url) => judge({ token, url }))).toEqual([
      'passed',
      'passed',
      'passed',
      'passed',
      401,
      401,
      401,
      401,
      401,
    ]);
    expect(judge({ token, url: '/reload', method: 'POST' })).toBe(401);
    expect(judge({ token, url: '/status', method: 'DELETE' })).toBe(401);
  });

  it('is not demanded when none is set', () => {
    expect(judge({ headers: { authorization: 'Bearer x' } })).toBe('passed');
  });

  it('is asked for after the host, so that a rebound page learns nothing', () => {
    expect(judge({ token, host: 'evil.example.com' })).toBe(403);
  });
});

describe('the body of an admin request', () => {
  it.each(['application/json', 'Application/JSON; charset=utf-8', 'application/json;charset="UTF-8"'])(
    'may have the type %s',
    (type) => {
      expect(judge({ method: 'POST', headers: { 'content-type': type, 'content-length': '2' } })).toBe(
        'passed',
      );
    },
  );

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json, text/plain',
    'text/plain; application/json',
    'application/json; charset=utf-16',
    'application/jsonp',
    '',
  ])('must not have the type %j', (type) => {
    expect(judge({ method: 'POST', headers: { 'content-type': type } })).toBe(415);
    expect(judge({ method: 'POST', headers: { 'content-type': type, 'content-length': '2' } })).toBe(415);
  });

  it('needs a type, whichever header announces it', () => {
    expect(judge({ method: 'POST', headers: { 'content-length': '2' } })).toBe(415);
    expect(judge({ method: 'POST', headers: { 'transfer-encoding': 'chunked' } })).toBe(415);
    expect(judge({ method: 'POST', headers: { 'content-length': '0' } })).toBe('passed');
  });

  it('must not come with GET', () => {
    expect(judge({ headers: { 'content-length': '2', 'content-type': 'application/json' } })).toBe(400);
    expect(judge({ headers: { 'transfer-encoding': 'chunked' } })).toBe(400);
  });

  it('must not have two lengths', () => {
    const headers = { 'content-length': '2', 'transfer-encoding': 'chunked' };
    expect(judge({ method: 'POST', headers })).toBe(400);
  });
});
