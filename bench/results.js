/** Saves the results of the benchmarks for `npm run bench:report`. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, 'results');

/** Describes the machine without naming its owner. */
function machine() {
  const all = cpus();
  const processors = `${all.length} × ${all[0]?.model.trim() ?? 'unknown processor'}`;
  return `${processors}, ${Math.round(totalmem() / 2 ** 30)} GB, ${type()} ${/^\d+\.\d+/.exec(release())?.[0] ?? ''}`.trim();
}

/** The versions of the libraries that both sides use. */
function versions() {
  const version = (name) =>
    JSON.parse(readFileSync(join(FOLDER, '../../node_modules', name, 'package.json'), 'utf8')).version;
  return Object.fromEntries(
    ['undici', 'ws', 'wampy', 'msgpackr', 'cbor-x'].map((name) => [name, version(name)]),
  );
}

/** Rounds to five digits. More digits would be noise. */
const rounded = (_, value) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value);

/** @param {'calls' | 'attached' | 'observation' | 'scale' | 'micro' | 'openapi'} name */
export function keepResults(name, results) {
  const date = new Date().toISOString().slice(0, 10);
  const about = { date, machine: machine(), node: process.version, versions: versions() };
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${name}.json`), `${JSON.stringify({ ...about, ...results }, rounded, 1)}\n`);
}

/** Reads saved results. Undefined if there are none. */
export function readResults(name) {
  const file = join(FOLDER, `${name}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
