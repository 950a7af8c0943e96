import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { billingConf } from '../support/billing-conf.js';
import { closeAfterEach } from '../support/close-after-each.js';
import { endProgram, startProgram } from '../support/processes.js';
import { createTemporaryFolder } from '../support/temporary-folder.js';

const available =
  spawnSync('systemd-notify', ['--version']).status === 0 && spawnSync('python3', ['--version']).status === 0;
const WHY = 'no systemd-notify or no python3: apt-get install systemd python3';
if (!available && process.env['CI']) throw new Error(WHY);
if (!available) console.warn(`skipped: ${WHY}`);

const COMMAND = fileURLToPath(new URL('../../bin/rpc-gateway.js', import.meta.url));
const RECEIVER = fileURLToPath(new URL('./systemd_notify.py', import.meta.url));

describe.skipIf(!available)('rpc-gateway start under systemd', () => {
  const closeLater = closeAfterEach();

  it('tells systemd when it is ready, when it reloads and when it stops', async () => {
    const folder = createTemporaryFolder();
    closeLater(() => folder.remove());
    const socket = `${folder.path}/notify`;
    const receiver = startProgram('python3', [RECEIVER, socket]);
    closeLater(() => endProgram(receiver.child, 'SIGKILL'));
    const lines = createInterface({ input: receiver.child.stdout! })[Symbol.asyncIterator]();
    const next = async (): Promise<string> => (await lines.next()).value;
    expect(await next()).toBe('ready');

    const conf = billingConf('http://127.0.0.1:9', 'listeners.main.port = 0');
    const file = folder.write('bondy.conf', conf);
    const gateway = startProgram('env', [
      `NOTIFY_SOCKET=${socket}`,
      process.execPath,
      COMMAND,
      'start',
      '--config',
      file,
    ]);
    closeLater(() => endProgram(gateway.child, 'SIGKILL'));
    expect(await next()).toMatch(/^READY=1 STATUS=ready: 4 procedures in 1 realms, ws:/);
    expect(await next()).toBe('BARRIER=1');
    gateway.child.kill('SIGHUP');
    expect(await next()).toBe('RELOADING=1 STATUS=reloading');
    expect(await next()).toBe('BARRIER=1');
    expect(await next()).toMatch(/^READY=1 STATUS=ready: 4 procedures/);
    expect(await next()).toBe('BARRIER=1');
    const ended = endProgram(gateway.child, 'SIGTERM');
    expect(await next()).toBe('STOPPING=1 STATUS=stopping: running calls may end');
    expect(await ended).toBe(0);
    expect(gateway.output()).not.toContain('systemd was not told');
  });
});
