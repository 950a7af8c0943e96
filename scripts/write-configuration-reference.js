/**
 * Writes docs/reference/configuration.md from the schema in dist/config. With --check it writes
 * nothing and exits 1 where the file is not what would be written.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderReference } from '../dist/config/reference.js';

const PATH = fileURLToPath(new URL('../docs/reference/configuration.md', import.meta.url));
const wanted = renderReference();

if (process.argv.includes('--check')) {
  if (read() !== wanted) {
    console.error('docs/reference/configuration.md is stale: run "npm run docs" and commit the result.');
    process.exitCode = 1;
  }
} else {
  mkdirSync(dirname(PATH), { recursive: true });
  writeFileSync(PATH, wanted);
}

function read() {
  try {
    return readFileSync(PATH, 'utf8');
  } catch {
    return undefined;
  }
}
