import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createGateway } from '../../../src/assembly/create-gateway.js';
import { check } from '../../../src/cli/check.js';
import { dryRun } from '../../../src/cli/dry-run.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { silentObserver } from '../../../src/index.js';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { type EgressProxyOptions, startEgressProxy } from '../../support/egress-proxy.js';
import { createFakeHost } from '../../support/fake-host.js';
import { freePort } from '../../support/free-port.js';
import { type GatewayFixtureOptions, openGatewayFixture } from '../../support/gateway-fixture.js';
import { startGatewayProcess } from '../../support/gateway-process.js';
import { startIdp } from '../../support/idp.js';
import { leaksIn, plantedSecret } from '../../support/planted-secrets.js';
import { startRecordingUpstream } from '../../support/recording-upstream.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';
import { TLS_FILES } from '../../support/tls-fixtures.js';

const GET = 'com.billing.get_invoice';
const POST = 'com.billing.create_invoice';
const ID = { id: 1 };
const closeLater = closeAfterEach();

async function openProxy(options?: EgressProxyOptions) {
  return closeLater(await startEgressProxy(options));
}

async function open(options: GatewayFixtureOptions) {
  return closeLater(await openGatewayFixture(options));
}

function openFolder() {
  const folder = createTemporaryFolder();
  closeLater(() => folder.remove());
  return folder;
}

/** Names the API `upstream.test`, which only the proxy can find. */
const named = (url: string): string => url.replace('127.0.0.1', 'upstream.test');

describe('a service behind a proxy', () => {
  it.each(['http', 'https'] as const)('is reached through %s_proxy', async (scheme) => {
    const proxy = await openProxy();
    const { caller, upstream } = await open({
      upstream: { tls: scheme === 'https' },
      conf: (url) => billingConf(named(url), `+tls.cacertfile = ${TLS_FILES.ca}`),
      gateway: { env: { [`${scheme}_proxy`]: proxy.url } },
    });
    expect(await caller.call(GET, ID)).toMatchObject({ kind: 'result', kwargs: { status: 200 } });
    expect(await caller.call(POST, { a: 1 })).toMatchObject({ kind: 'result' });
    expect(upstream.requests).toMatchObject([{ url: '/invoices/1' }, { method: 'POST', text: '{"a":1}' }]);
    expect(proxy.requests.every(({ target }) => target.includes(`upstream.test:${upstream.port}`))).toBe(
      true,
    );
  });

  it('is reached directly if it is on this machine, is in no_proxy, or has proxy = none', async () => {
    const proxy = await openProxy();
    const env = { http_proxy: proxy.url };
    const { caller } = await open({ gateway: { env } });
    expect(await caller.call(GET, ID)).toMatchObject({ kind: 'result' });
    const excluded = await open({
      conf: (url) => billingConf(named(url), '+retries = 0'),
      gateway: { env: { ...env, no_proxy: '.test' } },
    });
    const none = await open({
      conf: (url) => billingConf(named(url), '+retries = 0', '+proxy = none'),
      gateway: { env },
    });
    for (const fixture of [excluded, none]) {
      // Only the proxy finds this name.
      expect(await fixture.caller.call(GET, ID)).toMatchObject({
        kind: 'error',
        kwargs: { code: 'connect' },
      });
    }
    expect(proxy.requests).toEqual([]);
  });

  it('is reached through its own proxy, even on this machine and in spite of no_proxy', async () => {
    const proxy = await openProxy();
    const { caller, upstream } = await open({
      lines: [`+proxy = ${proxy.url}`],
      gateway: { env: { http_proxy: 'http://127.0.0.1:1', no_proxy: '*' } },
    });
    expect(await caller.call(GET, ID)).toMatchObject({ kind: 'result' });
    expect(proxy.requests).toMatchObject([{ target: `${upstream.url}/invoices/1` }]);
  });

  it('gets probes and token requests through the proxy too', async () => {
    const proxy = await openProxy();
    const idp = closeLater(await startIdp());
    let heard = (): void => {};
    const probed = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const observer = { ...silentObserver, probeEnded: () => heard() };
    const { caller, upstream } = await open({
      lines: [
        `+proxy = ${proxy.url}`,
        '+liveness.interval = 20ms',
        '+liveness.path = /health',
        `+auth.fetch.url = ${idp.origin}/token`,
        '+auth.fetch.token_path = access_token',
      ],
      gateway: { observer },
    });
    await probed;
    expect(await caller.call(GET, ID)).toMatchObject({ kind: 'result' });
    const targets = proxy.requests.map(({ target }) => target);
    expect(targets).toContain(`${upstream.url}/health`);
    expect(targets).toContain(`${idp.origin}/token`);
    expect(targets).toContain(`${upstream.url}/invoices/1`);
  });

  it('can move to another proxy by a reload', async () => {
    const [first, second] = [await openProxy(), await openProxy()];
    const fixture = await open({ lines: [`+proxy = ${first.url}`] });
    await fixture.caller.call(GET, ID);
    const folder = openFolder();
    const text = `${billingConf(fixture.upstream.url, `+proxy = ${second.url}`)}\nlisteners.test.port = 0\n`;
    const outcome = await fixture.gateway.reload(loadConfig(folder.write('bondy.conf', text), { env: {} }));
    expect(outcome).toMatchObject({ kind: 'done' });
    await fixture.caller.call(GET, ID);
    expect([first.requests.length, second.requests.length]).toEqual([1, 1]);
  });
});

describe('the password of a proxy', () => {
  const PASSWORD = plantedSecret('proxy');
  const lines = (url: string) => [
    `+proxy = ${url}`,
    '+retries = 1',
    'log.calls = all',
    'listeners.ops.protocol = admin',
    'listeners.ops.port = 0',
  ];

  it.each(['http', 'https'] as const)('is in no log, error or page: %s', async (scheme) => {
    const proxy = await openProxy({ user: 'alice', password: PASSWORD });
    const refused = proxy.url.replace('alice', 'bob');
    for (const url of [proxy.url, refused, refused.replace(/\d+$/, '1')]) {
      const fixture = await open({
        upstream: { tls: scheme === 'https' },
        conf: (api) => billingConf(api, `+tls.cacertfile = ${TLS_FILES.ca}`, ...lines(url)),
      });
      const { frame } = await fixture.caller.call(GET, ID);
      const pages = await Promise.all(
        ['/status', '/configuration', '/metrics', '/services/billing'].map(async (path) =>
          (await fetch(`${fixture.gateway.adminEndpoints[0]}${path}`)).text(),
        ),
      );
      const everything = [frame, fixture.log.text(), ...pages].join('\n');
      expect(everything).toMatch(/call (?:answered|failed)/);
      expect(leaksIn(everything)).toEqual([]);
      expect(leaksIn(JSON.stringify(fixture.upstream.requests))).toEqual([]);
    }
  });

  it.each(['variable', 'key'] as const)('is in no output of commands and no dump, by a %s', async (place) => {
    const folder = openFolder();
    const url = `http://alice:${PASSWORD}@proxy.example.com:3128`;
    const own = place === 'key' ? [`+proxy = ${url}`] : [];
    const file = folder.write('bondy.conf', billingConf('https://billing.example.com', ...own));
    const host = createFakeHost({ https_proxy: url });
    await check({ config: file }, host);
    await dryRun(GET, ID, { config: file }, host);
    const config = loadConfig(file, { env: host.env });
    const dump = inspect(config, { depth: 20, showHidden: true }) + JSON.stringify(config);
    expect(host.out()).toContain('http://proxy.example.com:3128');
    expect(leaksIn(host.out() + host.err() + dump)).toEqual([]);
  });

  it.each(['proxy', 'https_proxy'])('is in no message about a wrong %s', async (place) => {
    const url = `http://alice:${PASSWORD}/x@proxy.example.com`;
    const folder = openFolder();
    const own = place === 'proxy' ? [`+proxy = ${url}`] : [];
    const file = folder.write('bondy.conf', billingConf('https://billing.example.com', ...own));
    const env = place === 'proxy' ? {} : { https_proxy: url };
    const load = () => createGateway(loadConfig(file, { env }), { env });
    expect(load).toThrow(/must be the URL of a proxy/);
    try {
      load();
    } catch (error) {
      expect(leaksIn(inspect(error, { depth: 10 }))).toEqual([]);
    }
  });
});

describe('check', () => {
  async function ways(env: Record<string, string>, baseUrl: string, ...lines: string[]): Promise<string[]> {
    const folder = openFolder();
    const host = createFakeHost(env);
    await check({ config: folder.write('bondy.conf', billingConf(baseUrl, ...lines)) }, host);
    return host
      .out()
      .split('\n')
      .filter((line) => line.startsWith('    '));
  }
  const TOKEN = ['+auth.fetch.url = https://idp.example.com/token', '+auth.fetch.token_path = access_token'];
  const PROXY = 'http://proxy.example.com:3128';

  it('says nothing of proxies if there is none', async () => {
    expect(await ways({}, 'https://billing.example.com', ...TOKEN)).toEqual([]);
  });

  it('says which server is reached through which proxy, and why', async () => {
    const env = { https_proxy: PROXY, no_proxy: 'idp.example.com' };
    expect(await ways(env, 'https://billing.example.com/api', ...TOKEN)).toEqual([
      `    https://billing.example.com through ${PROXY} (https_proxy)`,
      '    https://idp.example.com (token endpoint) directly (no_proxy)',
    ]);
    expect(await ways(env, 'http://127.0.0.1:8080')).toEqual([]);
    expect(await ways({ http_proxy: PROXY }, 'http://127.0.0.1:8080')).toEqual([
      '    http://127.0.0.1:8080 directly (loopback)',
    ]);
    expect(await ways(env, 'https://billing.example.com', '+proxy = none')).toEqual([
      '    https://billing.example.com directly (proxy = none)',
    ]);
    expect(await ways({}, 'http://localhost:8080', `+proxy = ${PROXY}`)).toEqual([
      `    http://localhost:8080 through ${PROXY} (proxy)`,
    ]);
  });

  it('shows no value of a variable, and says if a secret decides', async () => {
    const lines = ['+auth.vars.tenant = acme'];
    expect(await ways({ https_proxy: PROXY }, 'https://{{tenant}}.example.com', ...lines)).toEqual([
      `    https://{{tenant}}.example.com through ${PROXY} (https_proxy)`,
    ]);
    const secret = ['+auth.secrets.provider = env', '+auth.secrets.vars.tenant.field = TENANT'];
    expect(await ways({ https_proxy: PROXY }, 'https://{{tenant}}.example.com', ...secret)).toEqual([
      '    https://{{tenant}}.example.com on the way that its variables determine',
    ]);
  });
});

describe('the curl command of --dry-run', () => {
  async function command(...lines: string[]): Promise<string> {
    const folder = openFolder();
    const host = createFakeHost();
    const file = folder.write('bondy.conf', billingConf('https://billing.example.com', ...lines));
    await dryRun(GET, ID, { config: file }, host);
    return host.out();
  }

  it('has the proxy of the key, and a mask for its password', async () => {
    expect(await command('+proxy = http://alice:pw@proxy.example.com:3128')).toContain(
      "--proxy 'http://proxy.example.com:3128' --noproxy '' \\\n  --proxy-user '***:***'",
    );
    expect(await command('+proxy = none')).toContain("--noproxy '*'");
    expect(await command()).not.toContain('proxy');
  });
});

describe('an https proxy', () => {
  it.each(['http', 'https'] as const)(
    'is used for %s if the system trusts its certificate',
    async (scheme) => {
      const proxy = await openProxy({ tls: true, user: 'alice', password: 'p@ss' });
      const upstream = closeLater(await startRecordingUpstream(undefined, { tls: scheme === 'https' }));
      const port = await freePort();
      const conf = billingConf(
        named(upstream.url),
        `+tls.cacertfile = ${TLS_FILES.ca}`,
        `listeners.clients.port = ${port}`,
      );
      // Node reads this variable at its start.
      const env = { NODE_EXTRA_CA_CERTS: TLS_FILES.ca, [`${scheme}_proxy`]: proxy.url };
      const gateway = closeLater(startGatewayProcess(conf, {}, env));
      await gateway.ready;
      const caller = closeLater(await connectCaller(`ws://127.0.0.1:${port}/ws`));
      expect(await caller.call(GET, ID)).toMatchObject({ kind: 'result' });
      expect(upstream.requests).toHaveLength(1);
      expect(proxy.requests).toHaveLength(1);
    },
  );
});
