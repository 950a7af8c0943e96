import { expect, it } from 'vitest';
import { createFakeHost } from '../../test/support/fake-host.js';
import { keepLog } from '../../test/support/log-lines.js';
import type { RunProgram } from './run-program.js';
import { createServiceManager } from './service-manager.js';

/** @param end how systemd-notify ends */
function setUp(env: Record<string, string>, end?: string) {
  const runs: unknown[][] = [];
  const waiting: (() => void)[] = [];
  const runProgram: RunProgram = (...run) => {
    runs.push(run);
    return new Promise((resolve) => waiting.push(() => resolve(end)));
  };
  const log = keepLog();
  const manager = createServiceManager({ ...createFakeHost(env), runProgram }, log.log);
  return {
    manager,
    runs,
    log,
    /** Lets the running program end. */
    async finish() {
      waiting.shift()?.();
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    },
  };
}

const ENV = { NOTIFY_SOCKET: '/run/systemd/notify', PATH: '/usr/bin', BILLING_SECRET: 'secret' };

it('systemd is told each state in turn, by a program without secrets in its environment', async () => {
  const { manager, runs, log, finish } = setUp(ENV);
  manager.ready('4 procedures');
  manager.reloading();
  const told = manager.stopping();
  await Promise.resolve();
  const options = { env: { NOTIFY_SOCKET: ENV.NOTIFY_SOCKET, PATH: ENV.PATH }, timeoutMs: 10_000 };
  expect(runs).toEqual([['systemd-notify', ['READY=1', 'STATUS=4 procedures'], options]]);
  for (let program = 0; program < 3; program++) await finish();
  await told;
  expect(runs.map(([, words]) => (words as string[])[0])).toEqual(['READY=1', 'RELOADING=1', 'STOPPING=1']);
  expect(log.records()).toEqual([]);
});

it('nothing is run unless systemd waits for a message', async () => {
  for (const env of [{ PATH: '/usr/bin' }, { ...ENV, NOTIFY_SOCKET: '' }]) {
    const { manager, runs, finish } = setUp(env);
    manager.ready('');
    manager.reloading();
    await manager.stopping();
    await finish();
    expect(runs).toEqual([]);
  }
});

it('a message that systemd does not get is only a line in the log', async () => {
  const { manager, log, finish } = setUp(ENV, 'ENOENT');
  manager.ready('');
  await Promise.resolve();
  await finish();
  expect(log.records()).toMatchObject([
    { level: 'warn', program: 'systemd-notify', message: 'READY=1', error: 'ENOENT' },
  ]);
});
