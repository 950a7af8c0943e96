import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Debian's own first, as the one on the PATH may be another. */
const AUTOBAHN = {
  module: 'autobahn.asyncio.wamp',
  candidates: ['/usr/bin/python3', 'python3'],
  missing: 'no Python with autobahn: apt-get install python3-autobahn python3-cbor2',
};
/** Debian has no package of it. */
const XCONN = {
  module: 'xconn',
  candidates: [
    fileURLToPath(new URL('../../node_modules/.cache/xconn/bin/python', import.meta.url)),
    'python3',
  ],
  missing: 'no Python with xconn: run test/interop/install-xconn',
};

const MYPY = {
  module: 'mypy',
  candidates: [
    fileURLToPath(new URL('../../node_modules/.cache/mypy/bin/python', import.meta.url)),
    'python3',
  ],
  missing: 'no Python with mypy: run test/interop/install-mypy',
};

const BOTOCORE = {
  module: 'botocore.auth',
  candidates: ['/usr/bin/python3', 'python3'],
  missing: 'no Python with botocore: apt-get install python3-botocore',
};

const PYTHON = { module: 'email', candidates: ['/usr/bin/python3', 'python3'], missing: 'no Python 3' };

/** The first Python that can import autobahn; undefined where none can, which is said, and fails where CI is set. */
export const findPythonWithAutobahn = (): Promise<string | undefined> => findPython(AUTOBAHN);
/** The same for xconn. */
export const findPythonWithXconn = (): Promise<string | undefined> => findPython(XCONN);

export const findPythonWithMypy = (): Promise<string | undefined> => findPython(MYPY);

/** The same for botocore, the library of the AWS command line. */
export const findPythonWithBotocore = (): Promise<string | undefined> => findPython(BOTOCORE);

/** The same for Python with its own library only. */
export const findPython3 = (): Promise<string | undefined> => findPython(PYTHON);

async function findPython({ module, candidates, missing }: typeof AUTOBAHN): Promise<string | undefined> {
  for (const python of candidates) {
    try {
      await run(python, ['-c', `import ${module}`]);
      return python;
    } catch {
      // Not this one.
    }
  }
  if (process.env['CI']) throw new Error(missing);
  console.warn(`skipped: ${missing}`);
  return undefined;
}

/** Runs a script of this folder and returns what it prints; fails where it fails, or takes offence at what we sent. */
export async function runPython(python: string, script: string, ...words: string[]): Promise<string> {
  const path = fileURLToPath(new URL(`./${script}`, import.meta.url));
  const { stdout, stderr } = await run(python, [path, ...words], { timeout: 30_000 });
  if (/ProtocolError|failing WebSocket/.test(stdout + stderr)) throw new Error(stdout + stderr);
  return stdout;
}
