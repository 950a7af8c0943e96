import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load-config.js';
import { connectCaller } from '../support/caller.js';
import { closeAfterEach } from '../support/close-after-each.js';
import { readDocument, tableBelow } from '../support/documents.js';
import { freePort } from '../support/free-port.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { PRIVATE_KEY, pemOf, publicKeyOf } from '../support/logins.js';
import { blockBelow } from '../support/markdown-blocks.js';
import { type RecordingUpstream, startRecordingUpstream } from '../support/recording-upstream.js';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const DOCUMENT = readDocument('docs/scale-out.md');
const OWN_ROUTER = 'Our own router: more than one core';
const PROCEDURE = 'com.billing.get_invoice';

const SERVICE = blockBelow(DOCUMENT, 'Attach a gateway', 'ini');
const [ROUTER, OWN_GATEWAY] = [0, 1].map((at) => blockBelow(DOCUMENT, OWN_ROUTER, 'ini', at));

describe('docs/scale-out.md', () => {
  const closeLater = closeAfterEach();
  let folder: TemporaryFolder;
  let upstream: RecordingUpstream;
  beforeAll(async () => {
    folder = createTemporaryFolder();
    upstream = await startRecordingUpstream();
  });
  afterAll(async () => {
    await upstream.close();
    folder.remove();
  });

  /** Replaces what differs on the machine of the reader. */
  const here = (text: string, port: number) =>
    text
      .replaceAll('/run/rpc-gateway', folder.path)
      .replaceAll('0.0.0.0\n', '127.0.0.1\n')
      .replaceAll('18080', String(port))
      .replaceAll('//router:', '//127.0.0.1:')
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the file
      .replaceAll('${ROUTER_SECRET}', 'change-me')
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the file
      .replaceAll('${BILLING_URL}', upstream.url);

  async function start(configuration: string, files?: Record<string, string>): Promise<GatewayProcess> {
    const process = closeLater(startGatewayProcess(configuration, files));
    await process.ready;
    return process;
  }

  it('has the same configurations as the folder deploy', () => {
    expect(ROUTER).toBe(readDocument('deploy/systemd/router.conf'));
    expect(blockBelow(DOCUMENT, OWN_ROUTER, 'json')).toBe(readDocument('deploy/systemd/security.json'));
    expect(blockBelow(DOCUMENT, 'Crossbar.io', 'json')).toBe(readDocument('deploy/crossbar/config.json'));
    expect(blockBelow(DOCUMENT, 'nexus', 'json')).toBe(readDocument('deploy/nexus/nexus.json'));
    const gateways = { systemd: OWN_GATEWAY } as Record<string, string | undefined>;
    gateways['crossbar'] = blockBelow(DOCUMENT, 'Crossbar.io', 'ini');
    gateways['nexus'] = blockBelow(DOCUMENT, 'nexus', 'ini');
    for (const [name, lines] of Object.entries(gateways)) {
      expect(readDocument(`deploy/${name}/gateway.conf`)).toBe(`${lines}\n${SERVICE}`);
    }
  });

  it('shares calls among two gateways on our own router, each in a process of its own', async () => {
    const port = await freePort();
    const router = await start(here(ROUTER!, port), {
      'security.json': blockBelow(DOCUMENT, OWN_ROUTER, 'json'),
    });
    const configuration = here(`${OWN_GATEWAY}\n${SERVICE}`, port);
    const gateways = ['first', 'second'].map((name) =>
      startGatewayProcess(configuration.replace(upstream.url, `${upstream.url}/${name}`)),
    );
    for (const gateway of gateways) closeLater(gateway);
    expect(await router.ready).toContain(`ready: 0 procedures in 1 realms, ws://127.0.0.1:${port}/ws`);
    for (const gateway of gateways) {
      expect(await gateway.ready).toBe(
        `ready: 1 procedures in 1 realms, attached to rs://unix:${folder.path}/router.sock`,
      );
    }

    const caller = closeLater(await connectCaller(`ws://127.0.0.1:${port}/ws`));
    upstream.respondWith(() => ({ json: { id: 'INV-001' } }));
    upstream.clear();
    for (let call = 0; call < 4; call++) {
      expect(await caller.call(PROCEDURE, { id: 'INV-001' })).toMatchObject({
        kind: 'result',
        kwargs: { status: 200, body: { id: 'INV-001' } },
      });
    }
    expect(upstream.requests.map(({ url }) => url).toSorted()).toEqual(
      ['first', 'first', 'second', 'second'].map((name) => `/${name}/invoices/INV-001`),
    );
    // Callers may not register: only the user `gateway` may.
    expect(await caller.call('com.billing.other')).toMatchObject({ uri: 'wamp.error.no_such_procedure' });
    expect(await caller.call('com.other.procedure')).toMatchObject({ uri: 'wamp.error.not_authorized' });
  });

  it('has a realm for Bondy that our own router can read, and lines that log in there', async () => {
    const port = await freePort();
    const realm = blockBelow(DOCUMENT, 'Bondy', 'json');
    const router = blockBelow(DOCUMENT, 'Bondy', 'ini').replace(/= .*/, '= security.json');
    await start(`${router}listeners.main.port = ${port}\n`, { 'security.json': realm });
    const gateway = await start(here(`${blockBelow(DOCUMENT, 'Bondy', 'ini', 1)}\n${SERVICE}`, port));
    expect(await gateway.ready).toContain(`attached to ws://127.0.0.1:${port}/ws`);
  });

  it('has a login by a key file', async () => {
    const port = await freePort();
    const [realm] = JSON.parse(blockBelow(DOCUMENT, 'Bondy', 'json'));
    const user = { username: 'gateway', authorized_keys: [publicKeyOf(PRIVATE_KEY)] };
    const security = JSON.stringify([{ uri: realm.uri, authmethods: ['cryptosign'], users: [user] }]);
    await start(`security.config_file = security.json\nlisteners.main.port = ${port}\n`, {
      'security.json': security,
    });
    const login = blockBelow(DOCUMENT, 'Logins', 'ini');
    const gateway = await start(here(`router.url = ws://router:18080/ws\n${login}\n${SERVICE}`, port), {
      'gateway.pem': pemOf(PRIVATE_KEY),
    });
    expect(gateway.records).toContainEqual(
      expect.objectContaining({ msg: 'the gateway is attached to the router' }),
    );
  });

  it('has only configurations without mistakes or notices', () => {
    const router = ['Our own router: more than one core', 'Crossbar.io', 'nexus', 'Bondy'] as const;
    for (const heading of router) {
      const lines = blockBelow(
        DOCUMENT,
        heading,
        'ini',
        heading === 'Crossbar.io' || heading === 'nexus' ? 0 : 1,
      );
      const env = { ROUTER_SECRET: 'change-me', BILLING_URL: 'https://billing.example.com/api' };
      expect(parseConfig(`${lines}\n${SERVICE}`, { env }).notices).toEqual([]);
    }
  });

  it('lists every record that attached mode logs', () => {
    const folder = fileURLToPath(new URL('../../src/attach/', import.meta.url));
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
    const source = [...files.map((name) => join('src/attach', name)), 'src/modes/reply-rules.ts']
      .map(readDocument)
      .join('\n');
    // The messages are the last arguments of calls of the log, of `failures.failed` and of `logRefusal`, and those before
    // the last one of calls of the summed log.
    const logged = [
      ...source.matchAll(
        /\}, '([a-z][^']+)'(?:\)|, \{)|^ +'([a-z][^']+)',\n +(?:\);|\{)|, '([a-z][^']+)'\);/gm,
      ),
    ]
      .map((match) => match[1] ?? match[2] ?? match[3]!)
      .filter((text) => text !== 'the gateway has joined the router');
    const listed = tableBelow(DOCUMENT, '## What the log says').map(([record]) => record);
    expect(listed.toSorted()).toEqual([...new Set(logged)].toSorted());
  });

  it('has the measured figures of the saved results of the bench', async () => {
    const [bench, results] = ['../../bench/sizing.js', '../../bench/results.js'];
    const { sizingSection } = await import(bench);
    const { readResults } = await import(results);
    const [, figures] = /<!-- measured -->\n(.*?)<!-- end -->/s.exec(DOCUMENT)!;
    expect(figures, 'run npm run bench:report').toBe(sizingSection(readResults('attached')));
  });

  it('calculates its example as its formulas say', () => {
    const [seconds, perCore] = [0.2, 2_000];
    const numbers = (cells: readonly string[]) => cells.map((cell) => Number(cell.replaceAll(',', '')));
    const sizing = DOCUMENT.slice(DOCUMENT.indexOf('This example assumes'));
    for (const row of tableBelow(`## x\n${sizing}`, '## x')) {
      const [load = 0, running, gateways, pool, connections, tokens] = numbers(row.slice(1));
      const needed = Math.ceil(load / perCore) + 1;
      const size = Math.ceil((load * seconds) / (needed - 1));
      expect([running, gateways, pool, connections, tokens]).toEqual([
        load * seconds,
        needed,
        size,
        needed * size,
        needed,
      ]);
    }
  });
});
