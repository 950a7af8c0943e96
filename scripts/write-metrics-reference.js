/**
 * Writes docs/reference/metrics.md from the table of metrics in dist/metrics. With --check it writes
 * nothing and exits 1 where the file is not what would be written.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderMetricsReference } from '../dist/metrics/reference.js';

const PATH = fileURLToPath(new URL('../docs/reference/metrics.md', import.meta.url));
const wanted = renderMetricsReference();

if (process.argv.includes('--check')) {
  if (read() !== wanted) {
    console.error('docs/reference/metrics.md is stale: run "npm run docs" and commit the result.');
    process.exitCode = 1;
  }
} else {
  writeFileSync(PATH, wanted);
}

function read() {
  try {
    return readFileSync(PATH, 'utf8');
  } catch {
    return undefined;
  }
}
