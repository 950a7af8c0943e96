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

function firstLine(...lines: string[]): string | undefined {
  const host = createFakeHost();
  const config = folder.write('bondy.conf', billingConf('https://api.example.com', ...lines));
  check({ config }, host);
  return host.out().replace(`${folder.path}/`, '').split('\n', 1)[0];
}

it('check says in its first line that a file is fine', () => {
  expect(firstLine()).toBe('bondy.conf is fine: 1 service, 4 procedures, 1 realm');
});

it('check names in its first line the keys that have no effect yet', () => {
  expect(firstLine('listeners.a.port = 1', 'listeners.b.protocol = admin')).toBe(
    'bondy.conf is valid, but 1 key has no effect yet: listeners.b.protocol',
  );
  const lines = ['b', 'c', 'd', 'e'].flatMap((name, index) => [
    `listeners.${name}.protocol = admin`,
    `listeners.${name}.port = ${index + 2}`,
  ]);
  expect(firstLine('listeners.a.port = 1', ...lines)).toBe(
    'bondy.conf is valid, but 4 keys have no effect yet: listeners.b.protocol, listeners.c.protocol, ' +
      'listeners.d.protocol and 1 more',
  );
});

it('check shows the routers that a file joins, and no listener', () => {
  const host = createFakeHost();
  const url = 'wss://one.example.com/ws?token=hunter2, rs://unix:/run/router.sock';
  const lines = [`router.url = ${url}`, 'listeners.a.port = 1'];
  check({ config: folder.write('bondy.conf', billingConf('https://api.example.com', ...lines)) }, host);
  expect(host.out().split('\n').slice(-3)).toEqual([
    '  router wss://one.example.com/ws',
    '  router rs://unix:/run/router.sock',
    '',
  ]);
});
