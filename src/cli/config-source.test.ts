import { afterEach, describe, expect, it } from 'vitest';
import { createTemporaryFolder } from '../../test/support/temporary-folder.js';
import { parseConfig } from '../config/load-config.js';
import { createConfigSource } from './config-source.js';

const folder = createTemporaryFolder();
afterEach(() => folder.remove());

const FIRST = parseConfig('', { env: {} });

function open(text: string) {
  const source = createConfigSource(folder.write('bondy.conf', text), FIRST, { env: {} });
  if (source === undefined) throw new Error('the file cannot be read again');
  return source;
}

describe('the source of a configuration', () => {
  it('keeps the hash of what a reload has read, with mistakes too', async () => {
    const source = open('wamp.max_registrations = 5\n');
    expect(source.lastHash()).toBe(FIRST.sources.hash);
    await source.read({ dryRun: false });
    expect(source.lastHash()).toBe((await source.readSources()).hash);
    folder.write('bondy.conf', 'wamp.max_registrations = many\n');
    await expect(source.read({ dryRun: false })).rejects.toThrow();
    expect(source.lastHash()).toBe((await source.readSources()).hash);
  });

  it.each(['wamp.max_registrations = 5\n', 'wamp.max_registrations = many\n'])(
    'keeps a change for a reload after a dry run of %j',
    async (text) => {
      const source = open(text);
      await source.read({ dryRun: true }).catch(() => {});
      expect(source.lastHash()).toBe(FIRST.sources.hash);
    },
  );
});
