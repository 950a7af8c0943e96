import { describe, expect, it } from 'vitest';
import { closeAfterEach } from '../../../test/support/close-after-each.js';
import { type EgressProxyOptions, startEgressProxy } from '../../../test/support/egress-proxy.js';
import { freePort } from '../../../test/support/free-port.js';
import { startRawUpstream } from '../../../test/support/raw-upstream.js';
import { TLS_FILES } from '../../../test/support/tls-fixtures.js';
import {
  request,
  retrying,
  sending,
  TLS,
  upstreamFixture,
  within,
} from '../../../test/support/upstream-fixture.js';
import { parseProxyUrl } from '../../config/types/proxy-url.js';
import { readUpstreamTls } from '../tls.js';
import type { Route } from './routes.js';

const { serve, connect } = upstreamFixture();
const closeLater = closeAfterEach();

const through = (url: string): Route => ({ kind: 'proxy', proxy: parseProxyUrl(url), from: 'proxy' });
const trusting = () => readUpstreamTls({ ...TLS, 'tls.cacertfile': [TLS_FILES.ca] });
const ALICE = { user: 'alice', password: 'p@ss:word' };
const CREDENTIAL = `Basic ${Buffer.from('alice:p@ss:word').toString('base64')}`;

async function openProxy(options: EgressProxyOptions = {}) {
  return closeLater(await startEgressProxy(options));
}

/** An API under a name that only the proxy knows, and connections to it. */
async function open(scheme: 'http' | 'https', options: EgressProxyOptions = {}, retries = 0) {
  const server = await serve(() => ({ body: 'ok' }), { tls: scheme === 'https' });
  const proxy = await openProxy(options);
  const origin = `${scheme}://upstream.test:${server.port}`;
  const reached = connect(origin, retrying(retries), { route: through(proxy.url), tls: trusting() });
  const call = (method: 'GET' | 'POST' = 'GET') =>
    reached.upstream.send(sending(request(origin, method), false), within(5_000));
  return { server, proxy, origin, call };
}

describe('a request through a proxy', () => {
  it('has a whole URL as its target for http, and the Host of the API', async () => {
    const { server, proxy, origin, call } = await open('http');
    expect(await call('POST')).toMatchObject({ kind: 'response', response: { status: 200 }, attempts: 1 });
    expect(proxy.requests).toMatchObject([{ kind: 'absolute form', target: `${origin}/x` }]);
    expect(proxy.requests[0]?.headers.host).toBe(`upstream.test:${server.port}`);
    expect(server.requests).toMatchObject([{ method: 'POST', url: '/x', text: '{"a":1}' }]);
  });

  it('goes through a tunnel for https, to the end of which the TLS of the API reaches', async () => {
    const { server, proxy, call } = await open('https');
    expect(await call('POST')).toMatchObject({ kind: 'response', response: { status: 200 }, attempts: 1 });
    const authority = `upstream.test:${server.port}`;
    expect(proxy.requests).toMatchObject([
      { kind: 'tunnel', target: authority, headers: { host: authority } },
    ]);
    expect(server.requests).toMatchObject([
      { method: 'POST', url: '/x', text: '{"a":1}', headers: { host: authority } },
    ]);
  });

  it.each(['http', 'https'] as const)('keeps its connection for the next one: %s', async (scheme) => {
    const { proxy, call } = await open(scheme);
    for (let count = 0; count < 3; count++) await call();
    expect(new Set(proxy.requests.map(({ connection }) => connection)).size).toBe(1);
    expect(proxy.requests).toHaveLength(scheme === 'https' ? 1 : 3);
  });

  it.each(['http', 'https'] as const)('shows the credential to the proxy only: %s', async (scheme) => {
    const { server, proxy, call } = await open(scheme, ALICE);
    expect(await call()).toMatchObject({ kind: 'response', response: { status: 200 } });
    expect(proxy.requests[0]?.headers['proxy-authorization']).toBe(CREDENTIAL);
    expect(server.requests[0]?.headers['proxy-authorization']).toBeUndefined();
  });

  it.each(['http', 'https'] as const)('fails once if the proxy refuses its password: %s', async (scheme) => {
    const server = await serve(() => ({ body: 'ok' }), { tls: scheme === 'https' });
    const proxy = await openProxy(ALICE);
    const origin = `${scheme}://upstream.test:${server.port}`;
    const route = through(proxy.url.replace('alice', 'bob'));
    const { upstream } = connect(origin, retrying(3), { route });
    const outcome = await upstream.send(sending(request(origin, 'POST'), false), within(5_000));
    expect(outcome).toMatchObject({
      kind: 'failure',
      code: 'connect',
      sent: false,
      permanent: true,
      detail: 'the proxy refuses the user name or the password (status 407)',
      attempts: 1,
    });
    expect(server.requests).toEqual([]);
  });

  it('fails with tls if the certificate of the API does not verify, and leaves no connection', async () => {
    const server = await serve(() => ({ body: 'ok' }), { tls: true });
    const proxy = await openProxy();
    const origin = `https://other.test:${server.port}`;
    const { upstream } = connect(origin, retrying(3), { route: through(proxy.url), tls: trusting() });
    const outcome = await upstream.send(sending(request(origin), true), within(5_000));
    expect(outcome).toMatchObject({ kind: 'failure', code: 'tls', permanent: true, attempts: 1 });
    await expect.poll(() => proxy.openConnections).toBe(0);
    await server.drained();
  });

  it('passes 407 of an API in a tunnel on', async () => {
    const server = await serve(() => ({ status: 407 }), { tls: true });
    const proxy = await openProxy();
    const origin = `https://upstream.test:${server.port}`;
    const { upstream } = connect(origin, {}, { route: through(proxy.url), tls: trusting() });
    const outcome = await upstream.send(sending(request(origin), true), within(5_000));
    expect(outcome).toMatchObject({ kind: 'response', response: { status: 407 } });
  });
});

describe('a proxy that cannot be used', () => {
  const ORIGIN = 'https://billing.example.com';

  async function failWith(route: Route, origin = ORIGIN, retries = 2, connectTimeoutMs = 2_000) {
    const { upstream } = connect(origin, retrying(retries), { route, connectTimeoutMs });
    // A POST is sent again only if the upstream cannot have received it.
    return await upstream.send(sending(request(origin, 'POST'), false), within(5_000));
  }

  const answering = async (answer: string) => through(closeLater(await startRawUpstream(() => answer)).url);

  it.each([
    ['502 Bad Gateway', 3, 'the proxy cannot reach the server (status 502)'],
    ['504 Gateway Timeout', 3, 'the proxy cannot reach the server (status 504)'],
    ['429 Too Many Requests', 3, 'the proxy refuses to connect to the server (status 429)'],
    ['403 Forbidden', 1, 'the proxy refuses to connect to the server (status 403)'],
    ['302 Found', 1, 'the proxy refuses to connect to the server (status 302)'],
  ])('answers CONNECT with %s: %s attempts', async (status, attempts, detail) => {
    const route = await answering(`HTTP/1.1 ${status}\r\ncontent-length: 4\r\n\r\nS3C!`);
    expect(await failWith(route)).toEqual({
      kind: 'failure',
      code: 'connect',
      sent: false,
      permanent: attempts === 1,
      detail,
      attempts,
    });
  });

  it('does not listen', async () => {
    for (const origin of [ORIGIN, 'http://billing.example.com']) {
      expect(await failWith(through(`http://127.0.0.1:${await freePort()}`), origin)).toMatchObject({
        code: 'connect',
        sent: false,
        detail: 'no connection to the proxy: connect ECONNREFUSED',
        attempts: 3,
      });
    }
  });

  it('never answers CONNECT', async () => {
    const silent = closeLater(await startRawUpstream(() => undefined));
    expect(await failWith(through(silent.url), ORIGIN, 1, 50)).toMatchObject({
      code: 'connect',
      sent: false,
      detail: 'the proxy has not opened a connection to the server in time',
      attempts: 2,
    });
    await silent.drained();
  });

  it('opens a tunnel in which nobody answers', async () => {
    const silent = closeLater(await startRawUpstream(() => 'HTTP/1.1 200 OK\r\n\r\n'));
    expect(await failWith(through(silent.url), ORIGIN, 1, 50)).toMatchObject({
      code: 'connect',
      sent: false,
      attempts: 2,
    });
    await silent.drained();
  });

  it('answers CONNECT with an endless head', async () => {
    const route = await answering(`HTTP/1.1 200 OK\r\na: ${'x'.repeat(100_000)}`);
    expect(await failWith(route, ORIGIN, 0)).toMatchObject({ code: 'connect', sent: false });
  });

  it('answers with other bytes than HTTP', async () => {
    expect(await failWith(await answering('SSH-2.0-OpenSSH\r\n'))).toMatchObject({
      code: 'connect',
      sent: false,
      detail: expect.stringMatching(/^no connection to the proxy: malformed HTTP/),
    });
  });

  it('has a certificate that does not verify', async () => {
    const { url } = await openProxy({ tls: true });
    for (const origin of [ORIGIN, 'http://billing.example.com']) {
      expect(await failWith(through(url), origin)).toMatchObject({
        code: 'connect',
        sent: false,
        permanent: true,
        detail: expect.stringMatching(/^no connection to the proxy: [A-Z_]+$/),
        attempts: 1,
      });
    }
  });

  it('has a URL in the environment that cannot be used', async () => {
    const route: Route = { kind: 'unusable', from: 'https_proxy', problem: 'must be a URL' };
    expect(await failWith(route)).toMatchObject({
      code: 'connect',
      permanent: true,
      detail: 'https_proxy is not usable: must be a URL',
      attempts: 1,
    });
  });
});
