import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const hasGo = await run('go', ['version']).then(
  () => true,
  () => {
    const missing = 'Go is not installed: apt-get install golang-go';
    if (process.env['CI']) throw new Error(missing);
    console.warn(`skipped: ${missing}`);
    return false;
  },
);

const HERE = fileURLToPath(new URL('grafana-schema', import.meta.url));
const DASHBOARD = fileURLToPath(new URL('../../../deploy/grafana/dashboard.json', import.meta.url));

/** Grafana itself comes in no package. Its library knows every field of a dashboard. */
describe.skipIf(!hasGo)("Grafana's own library", () => {
  it('knows every field of the dashboard, and misses none', async () => {
    const { stdout } = await run('go', ['run', '.', DASHBOARD], { cwd: HERE });
    expect(stdout).toMatch(/^\d+ panels\n$/);
  });
});
