/** Keeps what the benchmarks found, for `npm run bench:report` to draw. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, 'results');

/** The machine, in words that say nothing of whose it is. */
function machine() {
  const all = cpus();
  return `${all.length} × ${all[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB`;
}

/** @param {'calls' | 'scale' | 'micro'} name */
export function keepResults(name, results) {
  const about = { date: new Date().toISOString().slice(0, 10), machine: machine(), node: process.version };
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${name}.json`), `${JSON.stringify({ ...about, ...results }, null, 1)}\n`);
}

/** Undefined where none were kept. */
export function readResults(name) {
  const file = join(FOLDER, `${name}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
