import { expect, it } from 'vitest';
import { readDocument } from '../../support/documents.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';
import { hasPrometheus, promtool } from './prometheus.js';

it.skipIf(!hasPrometheus)(
  'promtool accepts the configuration in deploy/prometheus, with the alerts',
  async () => {
    const folder = createTemporaryFolder();
    const token = folder.write('admin-token', 'a token');
    folder.write('alerts.yml', readDocument('deploy/prometheus/alerts.yml'));
    const text = readDocument('deploy/prometheus/prometheus.yml').replace('/run/admin-token', token);
    expect(await promtool(['check', 'config', folder.write('prometheus.yml', text)])).toContain('SUCCESS');
    folder.remove();
  },
);
