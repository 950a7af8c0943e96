import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller } from '../../support/caller.js';
import { RESET, startRecordingUpstream } from '../../support/recording-upstream.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

const COMMAND = fileURLToPath(new URL('../../../bin/rpc-gateway.js', import.meta.url));

/** Resolves when the log has said so. */
function logged(gateway: ChildProcess, words: string): Promise<void> {
  let text = '';
  return new Promise((resolve) => {
    gateway.stderr!.on('data', (chunk) => {
      text += chunk;
      if (text.includes(words)) resolve();
    });
  });
}

/** The built command as a process of its own: what the stand-in of the other tests cannot show. */
describe('a running gateway', () => {
  let folder: TemporaryFolder;
  beforeAll(() => {
    folder = createTemporaryFolder();
  });
  afterAll(() => folder.remove());

  async function startProcess(
    upstream: string,
  ): Promise<{ gateway: ChildProcess; url: string; ended: Promise<unknown[]> }> {
    const config = folder.write('bondy.conf', billingConf(upstream, 'listeners.main.port = 0'));
    const gateway = spawn(process.execPath, [COMMAND, 'start', '--config', config]);
    const ended = once(gateway, 'exit');
    const [line] = await once(gateway.stdout!.setEncoding('utf8'), 'data');
    const url = /^ready: 4 procedures in 1 realms, (ws:\S+)\n$/.exec(String(line))?.[1];
    if (url === undefined) throw new Error(`not the ready line: ${line}`);
    return { gateway, url, ended };
  }

  it.each(['SIGTERM', 'SIGINT'] as const)('reloads at SIGHUP and ends with 0 on %s', async (signal) => {
    const upstream = await startRecordingUpstream();
    const { gateway, ended } = await startProcess(upstream.url);
    const reloaded = logged(gateway, 'the configuration was reloaded; nothing has changed');
    gateway.kill('SIGHUP');
    await reloaded;
    gateway.kill(signal);
    expect(await ended).toEqual([0, null]);
    await upstream.close();
  });

  it('keeps running when the reader of its log ends', async () => {
    const upstream = await startRecordingUpstream(() => RESET);
    const { gateway, url, ended } = await startProcess(upstream.url);
    gateway.stderr!.destroy();
    const caller = await connectCaller(url);
    // Each failed call is logged: the first one finds the pipe closed, the second finds the gateway as it was.
    for (const id of ['1', '2']) {
      const { kwargs } = await caller.call('com.billing.create_invoice', { id });
      expect(kwargs).toMatchObject({ code: 'connect' });
    }
    await caller.close();
    gateway.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await upstream.close();
  });

  it('ends at once at a second signal, even while a call runs', async () => {
    const upstream = await startRecordingUpstream(() => new Promise(() => {}));
    const { gateway, url, ended } = await startProcess(upstream.url);
    const call = spawn(process.execPath, [COMMAND, 'call', 'com.billing.get_invoice', 'id=1', '--url', url]);
    const callEnded = once(call, 'exit');
    const running = await upstream.arrived(1);
    const stopping = logged(gateway, '"signal":"SIGTERM"');
    gateway.kill('SIGTERM');
    await stopping;
    gateway.kill('SIGTERM');
    expect(await ended).toEqual([143, null]);
    expect(await running.responded).toBe(false);
    expect(await callEnded).toEqual([3, null]);
    await upstream.close();
  });
});
