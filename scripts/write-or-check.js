import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a generated document. With --check on the command line it writes nothing, and the program
 * exits with 1 if the document is stale.
 *
 * @param {string} name the path from the root of the project
 * @param {string} wanted the text
 */
export function writeOrCheck(name, wanted) {
  const path = new URL(`../${name}`, import.meta.url);
  if (!process.argv.includes('--check')) {
    mkdirSync(dirname(path.pathname), { recursive: true });
    writeFileSync(path, wanted);
    return;
  }
  if (read(path) === wanted) return;
  console.error(`${name} is stale: run "npm run docs" and commit the result.`);
  process.exitCode = 1;
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
