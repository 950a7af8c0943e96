import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { billingConf } from '../../support/billing-conf.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { runCommand, untilReady } from '../../support/command.js';
import { freePort } from '../../support/free-port.js';
import { startRecordingUpstream } from '../../support/recording-upstream.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';
import { TLS_FILES } from '../../support/tls-fixtures.js';

const closing = closeAfterEach();
let folder: TemporaryFolder;
beforeEach(() => {
  folder = createTemporaryFolder();
});
afterEach(() => folder.remove());

/** Starts a gateway whose admin listener has a token, and returns its configuration. */
async function start(...lines: string[]) {
  const upstream = closing(await startRecordingUpstream());
  const port = await freePort();
  const conf = billingConf(
    upstream.url,
    'listeners.clients.port = 0',
    'listeners.ops.protocol = admin',
    `listeners.ops.port = ${port}`,
    'admin.token = a-long-and-secret-token',
    ...lines,
  );
  const config = folder.write('bondy.conf', conf);
  const gateway = runCommand(['start', '--config', config]);
  closing(async () => {
    gateway.send('SIGTERM');
    await gateway.ended;
  });
  await untilReady(gateway);
  return { config, conf, gateway, port };
}

async function outcomeOf(...words: string[]) {
  const run = runCommand(words);
  const code = await run.ended;
  return { code, out: run.out(), err: run.err() };
}

describe('status and reload of a running gateway', () => {
  it('find it by its configuration', async () => {
    const { config } = await start();
    const { code, out } = await outcomeOf('status', '--config', config);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^rpc-gateway \S+, ready, up .*\nbilling {2}up /s),
    ]);
    const json = await outcomeOf('status', '--json', '--config', config);
    expect(JSON.parse(json.out)).toMatchObject({ state: 'ready', services: [{ name: 'billing' }] });
  });

  it('compare its certificate with the file, whatever its names are', async () => {
    const tls = (cert: string, key: string) => [
      `listeners.ops.tls.certfile = ${cert}`,
      `listeners.ops.tls.keyfile = ${key}`,
    ];
    const { config, conf } = await start(...tls(TLS_FILES.serverCert, TLS_FILES.serverKey));
    expect((await outcomeOf('status', '--config', config)).code).toBe(0);
    const other = folder.write(
      'other.conf',
      [conf, ...tls(TLS_FILES.clientCert, TLS_FILES.clientKey)].join('\n'),
    );
    const { code, err } = await outcomeOf('status', '--config', other);
    expect([code, err]).toEqual([3, expect.stringContaining('has another certificate than')]);
  });

  it('end with exit code 3 if it is gone', async () => {
    const { config, gateway, port } = await start();
    gateway.send('SIGTERM');
    await gateway.ended;
    for (const command of ['status', 'reload']) {
      const { code, err } = await outcomeOf(command, '--config', config);
      expect([code, err]).toEqual([
        3,
        expect.stringContaining(`No gateway answers at http://127.0.0.1:${port}`),
      ]);
    }
  });

  it('log the address of the admin listener, and keep it out of the ready line', async () => {
    const { gateway, port } = await start();
    expect(gateway.err()).toContain(`"admin":["http://127.0.0.1:${port}"]`);
    expect(gateway.out()).toMatch(/^ready: 4 procedures in 1 realms, ws:\/\/127\.0\.0\.1:\d+\/ws\n$/);
  });

  it('refuse an admin listener that others can reach without a token', async () => {
    const lines = [
      'listeners.ops.protocol = admin',
      'listeners.ops.ip = 0.0.0.0',
      'listeners.clients.port = 0',
    ];
    const config = folder.write('bondy.conf', billingConf('http://127.0.0.1:9', ...lines));
    for (const command of ['check', 'start']) {
      const { code, err } = await outcomeOf(command, '--config', config);
      expect([code, err]).toEqual([
        1,
        expect.stringMatching(/bondy\.conf:\d+: listeners\.ops\.ip: .* it needs admin\.token/),
      ]);
    }
  });
});
