import { afterEach, beforeEach, expect, it } from 'vitest';
import { billingConf } from '../../test/support/billing-conf.js';
import { createFakeHost } from '../../test/support/fake-host.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../test/support/temporary-folder.js';
import { check } from './check.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = createTemporaryFolder();
});
afterEach(() => folder.remove());

async function firstLine(...lines: string[]): Promise<string | undefined> {
  const host = createFakeHost();
  const config = folder.write('bondy.conf', billingConf('https://api.example.com', ...lines));
  await check({ config }, host);
  return host.out().replace(`${folder.path}/`, '').split('\n', 1)[0];
}

it('check says in its first line that a file is fine', async () => {
  expect(await firstLine()).toBe('bondy.conf is fine: 1 service, 4 procedures, 1 realm');
});

it('check shows the routers that a file joins, and no listener', async () => {
  const host = createFakeHost();
  const url = 'wss://one.example.com/ws?token=hunter2, rs://unix:/run/router.sock';
  const lines = [`router.url = ${url}`, 'listeners.a.port = 1'];
  await check({ config: folder.write('bondy.conf', billingConf('https://api.example.com', ...lines)) }, host);
  expect(host.out().split('\n').slice(-3)).toEqual([
    '  router wss://one.example.com/ws',
    '  router rs://unix:/run/router.sock',
    '',
  ]);
});
