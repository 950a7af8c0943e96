import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where an interpreter with autobahn may be: Debian's own first, as the one on the PATH may be another. */
const CANDIDATES = ['/usr/bin/python3', 'python3'];

/** The first Python that can import autobahn; undefined where none can. */
export async function findPythonWithAutobahn(): Promise<string | undefined> {
  for (const python of CANDIDATES) {
    try {
      await run(python, ['-c', 'import autobahn.asyncio.wamp']);
      return python;
    } catch {
      // Not this one.
    }
  }
  return undefined;
}

/** Runs a script of this folder and returns what it prints; fails where it fails, or takes offence at what we sent. */
export async function runPython(python: string, script: string, ...words: string[]): Promise<string> {
  const path = fileURLToPath(new URL(`./${script}`, import.meta.url));
  const { stdout, stderr } = await run(python, [path, ...words], { timeout: 30_000 });
  if (/ProtocolError|failing WebSocket/.test(stdout + stderr)) throw new Error(stdout + stderr);
  return stdout;
}
