import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** A folder that git ignores. */
export const FOLDER = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'bench-peers');
export const NEXUS = join(FOLDER, 'nexus');
/** The router that nexus itself offers as a program. The tests of docs/scale-out.md run it. */
export const NEXUSD = join(FOLDER, 'nexusd');
/** The version of nexus. It must be the same as in nexus/go.mod. */
export const NEXUS_VERSION = 'v3.2.2';
export const CROSSBAR = join(FOLDER, 'crossbar', 'bin', 'crossbar');
export const CROSSBAR_VERSION = '26.10.1';

/** The runtimes of the installed routers, by name. */
export function peerRuntimes() {
  const go = versionIn(/\bgo(\d[\w.]*)/, 'go', ['version', NEXUS]);
  const python = versionIn(/Python (\S+)/, join(FOLDER, 'crossbar', 'bin', 'python'), ['--version']);
  return { ...(go !== undefined && { Go: go }), ...(python !== undefined && { Python: python }) };
}

function versionIn(pattern, command, args) {
  const { stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return pattern.exec(stdout ?? '')?.[1];
}
