import { describe, expect, it } from 'vitest';
import { parseProxyUrl, proxyOrigin } from '../../config/types/proxy-url.js';
import { createRoutes, type Environment, type Route } from './routes.js';

const HTTP = 'http://billing.example.com';
const HTTPS = 'https://billing.example.com';
const A = 'http://a.example.com:3128';
const B = 'http://b.example.com:3128';

/** `direct, why`, or the proxy and where its name comes from. */
function shown(route: Route): string {
  switch (route.kind) {
    case 'direct':
      return `direct, ${route.why}`;
    case 'proxy':
      return `${proxyOrigin(route.proxy)} by ${route.from}`;
    case 'unusable':
      return `unusable ${route.from}`;
  }
}

const route = (origin: string, env: Environment, setting?: 'none' | ReturnType<typeof parseProxyUrl>) =>
  shown(createRoutes(setting, env)(origin));

describe('the route to a server', () => {
  it.each<[string, Environment, string, string]>([
    ['no variable is set', {}, HTTPS, 'direct, unset'],
    ['the variable is for the other scheme', { http_proxy: A }, HTTPS, 'direct, unset'],
    ['https_proxy is set', { https_proxy: A }, HTTPS, `${A} by https_proxy`],
    ['http_proxy is set', { http_proxy: A }, HTTP, `${A} by http_proxy`],
    ['HTTPS_PROXY is set', { HTTPS_PROXY: A }, HTTPS, `${A} by HTTPS_PROXY`],
    ['HTTP_PROXY is set', { HTTP_PROXY: A }, HTTP, `${A} by HTTP_PROXY`],
    ['small letters take precedence', { https_proxy: A, HTTPS_PROXY: B }, HTTPS, `${A} by https_proxy`],
    ['an empty variable is unset', { https_proxy: '', HTTPS_PROXY: B }, HTTPS, `${B} by HTTPS_PROXY`],
    [
      'a CGI program does not trust HTTP_PROXY',
      { HTTP_PROXY: A, REQUEST_METHOD: 'GET' },
      HTTP,
      'direct, unset',
    ],
    ['a CGI program trusts http_proxy', { http_proxy: A, REQUEST_METHOD: 'GET' }, HTTP, `${A} by http_proxy`],
    ['no_proxy names the host', { https_proxy: A, no_proxy: 'example.com' }, HTTPS, 'direct, no_proxy'],
    ['NO_PROXY names the host', { https_proxy: A, NO_PROXY: 'example.com' }, HTTPS, 'direct, no_proxy'],
    [
      'no_proxy precedes NO_PROXY',
      { https_proxy: A, no_proxy: 'a', NO_PROXY: '*' },
      HTTPS,
      `${A} by https_proxy`,
    ],
    [
      'no_proxy names the port of https',
      { https_proxy: A, no_proxy: 'example.com:443' },
      HTTPS,
      'direct, no_proxy',
    ],
    ['the host is this machine', { https_proxy: A }, 'https://localhost:8443', 'direct, loopback'],
    ['the address is this machine', { http_proxy: A }, 'http://127.0.0.1:8080', 'direct, loopback'],
    ['the variable is not a URL', { https_proxy: 'socks5://a' }, HTTPS, 'unusable https_proxy'],
    [
      'an unusable variable is not needed',
      { https_proxy: 'socks5://a', no_proxy: '*' },
      HTTPS,
      'direct, no_proxy',
    ],
  ])('%s', (_, env, origin, expected) => {
    expect(route(origin, env)).toBe(expected);
  });

  it('is direct with the key none', () => {
    expect(route(HTTPS, { https_proxy: A }, 'none')).toBe('direct, key');
  });

  it.each([HTTP, HTTPS, 'http://127.0.0.1:8080'])('is the proxy of the key for %s', (origin) => {
    const env = { http_proxy: B, https_proxy: B, no_proxy: '*' };
    expect(route(origin, env, parseProxyUrl(A))).toBe(`${A} by proxy`);
  });

  it('says what is wrong with a variable, and does not quote it', () => {
    const found = createRoutes(undefined, { https_proxy: 'http://user:S3CR3T@a b' })(HTTPS);
    expect(found).toMatchObject({ kind: 'unusable', problem: expect.stringMatching(/URL of a proxy/) });
    expect(JSON.stringify(found)).not.toMatch(/S3CR3T/);
  });
});
