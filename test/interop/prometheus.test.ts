import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDocument } from '../support/documents.js';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const available = spawnSync('promtool', ['--version']).status === 0;
const WHY = 'no promtool: apt-get install prometheus';
if (!available && process.env['CI']) throw new Error(WHY);
if (!available) console.warn(`skipped: ${WHY}`);

describe.skipIf(!available)('promtool', () => {
  let folder: TemporaryFolder;
  beforeAll(() => {
    folder = createTemporaryFolder();
    const token = folder.write('admin-token', 'a token');
    for (const name of ['alerts.yml', 'alerts.test.yml', 'prometheus.yml']) {
      folder.write(name, readDocument(`deploy/prometheus/${name}`).replace('/run/admin-token', token));
    }
  });
  afterAll(() => folder.remove());

  it.each([
    ['accepts the scrape configuration, with the alerts', ['check', 'config', 'prometheus.yml']],
    ['accepts the alerts', ['check', 'rules', 'alerts.yml']],
    ['finds that the alerts fire when they should', ['test', 'rules', 'alerts.test.yml']],
  ])('%s', (_, words) => {
    const { status, stdout, stderr } = spawnSync('promtool', words, { cwd: folder.path, encoding: 'utf8' });
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toContain('SUCCESS');
  });
});
