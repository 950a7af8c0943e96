import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseProxyUrl, proxyOrigin } from '../../src/config/types/proxy-url.js';
import { createRoutes } from '../../src/upstream/proxy/routes.js';
import { NO_PROXY_FORMS } from '../support/no-proxy-forms.js';
import { type RawUpstream, startRawUpstream } from '../support/raw-upstream.js';

const run = promisify(execFile);
const available = await run('curl', ['--version']).then(
  () => true,
  () => false,
);
const WHY = 'no curl: apt-get install curl';
if (!available && process.env['CI']) throw new Error(WHY);
if (!available) console.warn(`skipped: ${WHY}`);

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';

describe.skipIf(!available)('curl', () => {
  let proxy: RawUpstream;
  let server: RawUpstream;
  beforeAll(async () => {
    [proxy, server] = [await startRawUpstream(() => OK), await startRawUpstream(() => OK)];
  });
  afterAll(() => Promise.all([proxy.close(), server.close()]));

  /** Whether curl reaches this URL without the proxy. */
  async function isDirect(url: string, env: Readonly<Record<string, string>>): Promise<boolean> {
    const before = [proxy.connections, server.connections] as const;
    // Without a proxy, curl connects to our server for every host and port.
    const target = `::127.0.0.1:${server.port}`;
    await run('curl', ['--silent', '--max-time', '10', '--connect-to', target, url], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
    });
    const used = [proxy.connections - before[0], server.connections - before[1]];
    expect(used[0]! + used[1]!).toBe(1);
    return used[1] === 1;
  }

  it.each(NO_PROXY_FORMS)('agrees about no_proxy = %s and %s', async (list, url, direct) => {
    for (const name of ['no_proxy', 'NO_PROXY']) {
      expect(await isDirect(url, { http_proxy: proxy.url, [name]: list })).toBe(direct);
    }
  });

  it.each<readonly [string, (url: string) => Readonly<Record<string, string>>]>([
    ['http_proxy', (url) => ({ http_proxy: url })],
    ['http_proxy without a scheme', (url) => ({ http_proxy: url.slice('http://'.length) })],
    ['an empty http_proxy', () => ({ http_proxy: '' })],
    ['https_proxy', (url) => ({ https_proxy: url })],
    ['an empty no_proxy and NO_PROXY', (url) => ({ http_proxy: url, no_proxy: '', NO_PROXY: '*' })],
    ['no_proxy before NO_PROXY', (url) => ({ http_proxy: url, no_proxy: 'a.test', NO_PROXY: '*' })],
  ])('agrees about %s', async (_, variables) => {
    const env = variables(proxy.url);
    const route = createRoutes(undefined, env)('http://billing.test');
    expect(route.kind === 'direct').toBe(await isDirect('http://billing.test/', env));
  });

  it('has another port than the default of http for proxies', async () => {
    // Nothing listens there, so curl says where it has tried to connect.
    const failed = await run('curl', ['--silent', '--show-error', 'http://billing.test/'], {
      env: { PATH: process.env['PATH'] ?? '', http_proxy: 'http://127.0.0.1' },
    }).catch(({ stderr }: { stderr: string }) => stderr);
    expect(failed).toMatch(/port 1080/);
    expect(proxyOrigin(parseProxyUrl('http://127.0.0.1'))).toBe('http://127.0.0.1:1080');
  });
});
