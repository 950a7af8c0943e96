import { existsSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createGateway } from '../../src/assembly/create-gateway.js';
import { parseConfig } from '../../src/config/load-config.js';
import { connectCaller } from '../support/caller.js';
import { closeAfterEach } from '../support/close-after-each.js';
import { readDocument } from '../support/documents.js';
import { freePort } from '../support/free-port.js';
import { endProgram, startProgram } from '../support/processes.js';
import { createTemporaryFolder } from '../support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DEPLOY = join(ROOT, 'deploy');

interface ComposeService {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly ports?: readonly string[];
  readonly volumes: readonly string[];
  readonly configs?: readonly { readonly source: string; readonly target: string }[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: readonly string[];
  readonly stop_grace_period?: string;
  readonly read_only?: boolean;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly configs: Readonly<Record<string, { readonly content: string }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const conf = readDocument('deploy/compose/gateway.conf');

describe('deploy/compose.yml', () => {
  const compose = parse(readDocument('deploy/compose.yml'), { merge: true }) as ComposeFile;
  const { services } = compose;
  const { gateway, prometheus, grafana, api } = services;
  const config = parseConfig(conf, { env: { ADMIN_TOKEN: 'a-token-for-this-test' } });

  it('starts the gateway, an API, Prometheus and Grafana', () => {
    expect(Object.keys(services)).toEqual(['api', 'gateway', 'prometheus', 'grafana']);
    for (const { depends_on = [] } of Object.values(services)) {
      for (const name of depends_on) expect(services).toHaveProperty(name);
    }
  });

  it('names only files and volumes that are there', () => {
    for (const { build, volumes } of Object.values(services)) {
      if (build !== undefined) {
        expect(existsSync(join(DEPLOY, build.context, build.dockerfile)), build.dockerfile).toBe(true);
      }
      for (const volume of volumes) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('.')) expect(existsSync(join(DEPLOY, source)), source).toBe(true);
        else expect(compose.volumes).toHaveProperty(source);
      }
    }
  });

  it('opens ports only for this machine, and those where something listens', () => {
    for (const { ports = [] } of Object.values(services)) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
    }
    const listening = config.listeners.map(({ settings: { ip, port } }) => `${ip}:${port}`);
    expect(listening).toEqual(['0.0.0.0:18080', '0.0.0.0:18081']);
    expect(gateway?.ports).toEqual(listening.map((end) => end.replace(/.*:(.*)/, '127.0.0.1:$1:$1')));
  });

  it('runs the gateway on a read-only file system, with a configuration without notices', () => {
    expect([gateway?.read_only, api?.read_only]).toEqual([true, true]);
    expect(config.notices).toEqual([]);
    expect(gateway?.volumes).toEqual(['./compose/gateway.conf:/etc/rpc-gateway/gateway.conf:ro']);
    expect(gateway?.stop_grace_period).toBe('15s');
    expect(Object.keys(gateway?.environment ?? {})).toEqual(['ADMIN_TOKEN']);
  });

  it('lets Prometheus read the metrics with the token of the gateway', () => {
    const { authorization, static_configs } = parse(readDocument('deploy/prometheus/prometheus.yml'))
      .scrape_configs[0];
    expect(prometheus?.configs).toEqual([{ source: 'admin-token', target: authorization.credentials_file }]);
    expect(compose.configs['admin-token']?.content).toBe(gateway?.environment?.['ADMIN_TOKEN']);
    expect(static_configs).toEqual([{ targets: ['gateway:18081'] }]);
    expect(config.admin.hosts).toEqual(['gateway']);
    const folder = prometheus?.volumes.map((volume) => volume.split(':')[1]);
    expect(folder).toEqual(['/etc/prometheus/prometheus.yml', '/etc/prometheus/alerts.yml', '/prometheus']);
  });

  it('lets Grafana find Prometheus and the dashboard', () => {
    const [source] = parse(
      readDocument('deploy/grafana/provisioning/datasources/prometheus.yml'),
    ).datasources;
    expect([source.url, source.isDefault]).toEqual(['http://prometheus:9090', true]);
    const [provider] = parse(
      readDocument('deploy/grafana/provisioning/dashboards/rpc-gateway.yml'),
    ).providers;
    const mounted = grafana?.volumes.map((volume) => volume.split(':')[1]) ?? [];
    expect(mounted.filter((path) => path?.startsWith(`${provider.options.path}/`))).toEqual([
      grafana?.environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'],
    ]);
  });
});

describe('the containers of deploy/compose.yml, as processes of this machine', () => {
  const closeLater = closeAfterEach();
  const TOKEN = 'change-me-change-me';

  /** Starts the example API. In its container it is in the folder of the gateway. */
  async function startApi() {
    const port = await freePort();
    const script = readDocument('deploy/compose/demo-api.js')
      .replace("'./dist/", `'${pathToFileURL(ROOT)}dist/`)
      .replace('0.0.0.0', '127.0.0.1')
      .replace('18090', String(port));
    const folder = createTemporaryFolder();
    closeLater(() => folder.remove());
    const { child, output } = startProgram(process.execPath, [folder.write('demo-api.mjs', script)]);
    closeLater(() => endProgram(child, 'SIGKILL'));
    while (!output().includes('the example API runs')) {
      if (child.exitCode !== null) throw new Error(output());
      await new Promise((resolve) => child.stdout!.once('data', resolve));
    }
    return { child, address: `127.0.0.1:${port}` };
  }

  it('are a gateway that serves calls, and whose metrics Prometheus can read', async () => {
    const api = await startApi();
    const text = conf
      .replaceAll('api:18090', api.address)
      .replaceAll('0.0.0.0', '127.0.0.1')
      .replaceAll(/port = 1808\d/g, 'port = 0');
    const gateway = createGateway(parseConfig(text, { env: { ADMIN_TOKEN: TOKEN } }));
    closeLater(() => gateway.stop(0));
    await gateway.start();
    const caller = closeLater(await connectCaller(gateway.endpoints[0]!));
    const answer = await caller.call('com.billing.get_invoice', { id: 'INV-001' });
    expect(answer).toMatchObject({ kind: 'result', kwargs: { status: 200 } });

    const { port } = new URL(gateway.adminEndpoints[0]!);
    const ask = (token: string) =>
      new Promise<IncomingMessage>((resolve, reject) => {
        const headers = { host: 'gateway:18081', authorization: `Bearer ${token}` };
        get({ port, path: '/metrics', headers, agent: false }, resolve).on('error', reject);
      });
    const [answered, refused] = [await ask(TOKEN), await ask('another')];
    expect([answered.statusCode, refused.statusCode]).toEqual([200, 401]);
    expect(await readText(answered)).toContain('rpc_gateway_token_fetch_total');
    refused.resume();
  });

  it('are an API that demands a token, and that ends at SIGTERM', async () => {
    const { child, address } = await startApi();
    const response = await fetch(`http://${address}/api/invoices/INV-001`);
    expect(response.status).toBe(401);
    expect(await endProgram(child, 'SIGTERM')).toBe(0);
  });
});
