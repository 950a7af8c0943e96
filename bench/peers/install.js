/**
 * Installs the routers that the benchmarks compare with into `node_modules/.cache/bench-peers`: nexus (needs Go) and
 * Crossbar.io (needs Python 3.10 or newer). If one cannot be installed,
 * the command says so, and the benchmarks omit it.
 *
 *   npm run bench:peers
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CROSSBAR, CROSSBAR_VERSION, FOLDER, NEXUS, NEXUS_VERSION, NEXUSD } from './places.js';

function run(command, args, cwd = FOLDER) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (error !== undefined) throw new Error(`${command}: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ended with code ${status}`);
}

function install(name, steps) {
  console.log(`${name} …`);
  try {
    steps();
    console.log(`${name} is installed.`);
  } catch (error) {
    console.log(`${name} could not be installed: ${error.message}`);
    process.exitCode = 1;
  }
}

mkdirSync(FOLDER, { recursive: true });
install(`nexus ${NEXUS_VERSION}`, () => {
  const folder = join(import.meta.dirname, 'nexus');
  run('go', ['build', '-o', NEXUS, '.'], folder);
  run('go', ['build', '-o', NEXUSD, 'github.com/gammazero/nexus/v3/nexusd'], folder);
});
install(`Crossbar.io ${CROSSBAR_VERSION}`, () => {
  run('python3', ['-m', 'venv', 'crossbar']);
  run(join(FOLDER, 'crossbar', 'bin', 'pip'), ['install', '-q', `crossbar==${CROSSBAR_VERSION}`, 'treq']);
  run(CROSSBAR, ['version']);
});
