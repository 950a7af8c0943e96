import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { closeAfterEach } from '../../../test/support/close-after-each.js';
import { createFakeClock } from '../../../test/support/fake-clock.js';
import { keepLog } from '../../../test/support/log-lines.js';
import { createTemporaryFolder } from '../../../test/support/temporary-folder.js';
import { loadConfig } from '../../config/load-config.js';
import { watchConfiguration } from './watch-configuration.js';

const closeLater = closeAfterEach();

/** Lets the watch read the configuration. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Watches a file that includes files of all subfolders. */
async function watchFolders(count: number) {
  const folder = createTemporaryFolder();
  closeLater(folder.remove);
  for (let index = 0; index < count; index++)
    mkdirSync(join(folder.path, 'conf.d', String(index)), { recursive: true });
  const file = folder.write('bondy.conf', 'include conf.d/**/*.conf\n');
  const read = () => loadConfig(file, { env: {} }).sources;
  const { log, records } = keepLog();
  const clock = createFakeClock();
  let hash = read().hash;
  let changes = 0;
  const stop = watchConfiguration({
    readSources: async () => read(),
    lastHash: () => hash,
    onChange() {
      changes++;
      hash = read().hash;
    },
    clock,
    log,
  });
  closeLater(stop);
  await turn();
  return { folder, clock, records, changes: () => changes };
}

/** The folder of the file, and conf.d with its parent are watched too. */
const OTHERS = 2;

it('watches many folders without a warning, and looks once more after it has begun', async () => {
  const { clock, records, changes } = await watchFolders(1_000 - OTHERS);
  expect(clock.pending).toBe(1);
  clock.advance(250);
  await turn();
  expect([clock.pending, records(), changes()]).toEqual([0, [], 0]);
});

it('warns once if there are too many folders to watch', async () => {
  const { folder, clock, records, changes } = await watchFolders(1_000);
  folder.write('bondy.conf', 'wamp.max_registrations = 5\ninclude conf.d/**/*.conf\n');
  clock.advance(250);
  await turn();
  expect(changes()).toBe(1);
  expect(records()).toEqual([
    expect.objectContaining({
      level: 'warn',
      msg: 'too many folders to watch all of them',
      folders: 1_000 + OTHERS,
      watched: 1_000,
    }),
  ]);
});

it('notices a file that came into a folder before the folder was watched', async () => {
  const { folder, clock, changes } = await watchFolders(1);
  // No notification has come yet, because this test has not given the event loop a turn.
  folder.write('conf.d/0/a.conf', 'wamp.max_registrations = 5\n');
  clock.advance(250);
  await turn();
  expect(changes()).toBe(1);
});
