import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { connectCaller } from '../../support/caller.js';
import { startRecordingUpstream } from '../../support/recording-upstream.js';
import { until } from '../../support/router-host.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';

/** Loading the modules needs many files at a time. */
const FILES = 256;

/** The built command. */
const COMMAND = fileURLToPath(new URL('../../../bin/rpc-gateway.js', import.meta.url));

it.runIf(process.platform === 'linux')(
  'the gateway reserves file descriptors for upstreams when too many connections come, and logs it once',
  async () => {
    const upstream = await startRecordingUpstream(() => ({ json: 'ok' }));
    const folder = createTemporaryFolder();
    writeFileSync(
      join(folder.path, 'bondy.conf'),
      [
        'listeners.rs.protocol = universal',
        'listeners.rs.port = 0',
        `rpc_gateway.services.api.base_url = ${upstream.url}`,
        'rpc_gateway.services.api.pool.reuse = off',
        'rpc_gateway.services.api.retries = 0',
        'rpc_gateway.services.api.procedures.get.uri = com.api.get',
        'rpc_gateway.services.api.procedures.get.realm = realm1',
      ].join('\n'),
    );
    // exec, so that the signal at the end kills the gateway itself.
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
      await upstream.close();
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
    const port = Number(/:(\d+)[/,\s]/.exec(out)?.[1]);
    const caller = await connectCaller(`ws://127.0.0.1:${port}/ws`, 'realm1');
    onTestFinished(() => caller.close());
    let closed = 0;
    for (let i = 0; i < FILES; i += 1) {
      const client = connect({ host: '127.0.0.1', port });
      client.on('error', () => {});
      client.on('close', () => {
        closed++;
      });
      clients.push(client);
    }
    const lines = () => log.split('\n').filter((line) => line.includes('no more connections are accepted'));
    await until(
      () => lines().length > 0 && closed > 0,
      () => log,
    );
    // Each call opens a connection, and ten need more files than one that was closed just now.
    const answers = await Promise.all(Array.from({ length: 10 }, () => caller.call('com.api.get')));
    expect(answers.map(({ kind }) => kind)).toEqual(answers.map(() => 'result'));
    expect(lines()).toHaveLength(1);
    expect(log.split('\n').length).toBeLessThan(20);
  },
);
