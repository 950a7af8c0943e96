/**
 * Writes the measured figures of docs/scale-out.md from the results of `npm run bench -- --keep`.
 * `npm run bench:report` calls it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readResults } from './results.js';
import { sizingSection } from './sizing.js';

const PAGE = join(import.meta.dirname, '..', 'docs', 'scale-out.md');
const MARKS = /(<!-- measured -->\n).*?(<!-- end -->)/s;

const attached = readResults('attached');
if (attached === undefined) {
  console.error('Run npm run bench with `-- --keep` first.');
  process.exit(1);
}
const page = readFileSync(PAGE, 'utf8');
if (!MARKS.test(page)) throw new Error('docs/scale-out.md has no place for the measured figures');
writeFileSync(
  PAGE,
  page.replace(MARKS, (_, begin, end) => `${begin}${sizingSection(attached)}${end}`),
);
