import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consoleSteps, printedPattern } from '../support/console-blocks.js';
import { readDocument } from '../support/documents.js';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const [startDemo, ...steps] = consoleSteps(readDocument('README.md'));

/**
 * Runs the README's tour as it stands. The one thing changed is the port, by DEMO_PORT and RPC_GATEWAY_URL, so that a demo
 * which already runs on this machine is not in the way.
 */
describe("the README's tour", () => {
  let folder: TemporaryFolder;
  let demo: ChildProcess;
  let printedByDemo = '';
  const env: Record<string, string | undefined> = { ...process.env, NO_COLOR: '1', DEMO_PORT: undefined };

  beforeAll(async () => {
    if (!existsSync(join(ROOT, 'dist/cli/main.js'))) throw new Error('not built: npm run build');
    // A folder that looks like the checkout, so that a command which writes a file leaves nothing behind.
    folder = createTemporaryFolder();
    for (const name of ['bin', 'dist', 'examples', 'node_modules', 'package.json', 'README.md']) {
      symlinkSync(join(ROOT, name), join(folder.path, name));
    }
    // A group of its own, so that ending it ends what npm started too.
    demo = spawn('/bin/sh', ['-c', startDemo!.command], {
      cwd: folder.path,
      env: { ...env, DEMO_PORT: '0' },
      detached: true,
    });
    const url = await new Promise<string>((resolve, reject) => {
      demo.stderr?.resume();
      demo.stdout?.setEncoding('utf8').on('data', (text: string) => {
        printedByDemo += text;
        const ready = /^ready: [^\n]* (ws:\S+)\n.*Ctrl-C ends it\.\n/ms.exec(printedByDemo);
        if (ready?.[1] !== undefined) resolve(ready[1]);
      });
      demo.once('exit', (code) => reject(new Error(`the demo ended with ${code}: ${printedByDemo}`)));
    });
    env['RPC_GATEWAY_URL'] = url;
    printedByDemo = printedByDemo.replaceAll(url, 'ws://127.0.0.1:18080/ws');
  });

  afterAll(async () => {
    if (demo.pid !== undefined && demo.exitCode === null) {
      const ended = new Promise((resolve) => demo.once('exit', resolve));
      process.kill(-demo.pid, 'SIGINT');
      await ended;
    }
    folder.remove();
  });

  it('starts the demo', () => {
    expect(startDemo?.command).toBe('npm start');
    expect(printedByDemo).toMatch(printedPattern(startDemo!.printed));
  });

  it.each(steps)('$command', async ({ command, printed }) => {
    const output = await new Promise<string>((resolve) => {
      const shell = ['-c', `{ ${command}\n} 2>&1`];
      execFile('/bin/sh', shell, { cwd: folder.path, env }, (_error, stdout) => resolve(stdout));
    });
    expect(output).toMatch(printedPattern(printed));
  });
});
