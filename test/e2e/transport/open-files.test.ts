import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { until } from '../../support/router-host.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';

/** Loading the modules takes a good many at a time. */
const FILES = 256;

/** The built command. */
const COMMAND = fileURLToPath(new URL('../../../bin/rpc-gateway.js', import.meta.url));

it('tells the log once when more connections come than the process may open files', async () => {
  const folder = createTemporaryFolder();
  writeFileSync(
    join(folder.path, 'bondy.conf'),
    'listeners.rs.protocol = rawsocket\nlisteners.rs.port = 0\nsecurity.config_file = security.json\n',
  );
  writeFileSync(join(folder.path, 'security.json'), '[{"uri": "realm1"}]');
  // exec, so that it is the gateway itself that is killed at the end.
  const child = spawn('sh', ['-c', `ulimit -n ${FILES}; exec "${process.execPath}" "${COMMAND}" start`], {
    cwd: folder.path,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const clients: Socket[] = [];
  onTestFinished(async () => {
    for (const client of clients) client.destroy();
    child.kill('SIGKILL');
    await exited;
    folder.remove();
  });
  let [out, log] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    log += String(chunk);
  });
  await until(
    () => out.includes('ready:'),
    () => log,
  );
  const port = Number(/:(\d+)\n/.exec(out)?.[1]);
  for (let i = 0; i < FILES; i += 1) {
    const client = connect({ host: '127.0.0.1', port });
    client.on('error', () => {});
    clients.push(client);
  }
  const lines = () => log.split('\n').filter((line) => line.includes('no more files can be opened'));
  await until(
    () => lines().length > 0,
    () => log,
  );
  expect(lines()).toEqual([expect.stringContaining('"code":"EMFILE"')]);
  expect(log.split('\n').length).toBeLessThan(20);
});
