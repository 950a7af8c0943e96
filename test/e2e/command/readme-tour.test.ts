import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consoleSteps, printedPattern } from '../../support/console-blocks.js';
import { readDocument } from '../../support/documents.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const [startDemo, ...steps] = consoleSteps(readDocument('README.md'));

/** util-linux's `script` gives a command a terminal, which is what the README's reader has. */
const HAS_TERMINALS = String(spawnSync('script', ['--version']).stdout).includes('util-linux');

/**
 * Runs the README's tour as it stands. The one thing changed are the ports, by DEMO_PORT, DEMO_ADMIN_PORT and RPC_GATEWAY_URL, so that a demo
 * which already runs on this machine is not in the way.
 */
describe('the tour in the README', () => {
  let folder: TemporaryFolder;
  let demo: ChildProcess;
  let printedByDemo = '';
  const env: Record<string, string | undefined> = { ...process.env, NO_COLOR: '1', DEMO_PORT: undefined };

  beforeAll(async () => {
    if (!existsSync(join(ROOT, 'dist/cli/main.js'))) throw new Error('not built: npm run build');
    // A folder that looks like the checkout, so that a command which writes a file leaves nothing behind.
    folder = createTemporaryFolder();
    // The tour writes a file there.
    cpSync(join(ROOT, 'examples'), join(folder.path, 'examples'), { recursive: true });
    for (const name of ['bin', 'dist', 'node_modules', 'package.json', 'README.md']) {
      symlinkSync(join(ROOT, name), join(folder.path, name));
    }
    const options = {
      cwd: folder.path,
      env: { ...env, DEMO_PORT: '0', DEMO_ADMIN_PORT: '0' },
      detached: true,
    };
    demo = HAS_TERMINALS
      ? spawn('script', ['-qefc', startDemo!.command, '/dev/null'], options)
      : spawn('/bin/sh', ['-c', startDemo!.command], options);
    const url = await new Promise<string>((resolve, reject) => {
      demo.stderr?.resume();
      demo.stdout?.setEncoding('utf8').on('data', (text: string) => {
        printedByDemo += text.replaceAll('\r\n', '\n');
        const ready = /^ready: [^\n]* (ws:\S+)\n.*Press Ctrl-C to stop\.\n/ms.exec(printedByDemo);
        if (ready?.[1] !== undefined) resolve(ready[1]);
      });
      demo.once('exit', (code) => reject(new Error(`the demo ended with ${code}: ${printedByDemo}`)));
    });
    env['RPC_GATEWAY_URL'] = url;
    printedByDemo = printedByDemo
      .replaceAll(url, 'ws://127.0.0.1:18080/ws')
      .replace(/(browser: http:\/\/127\.0\.0\.1):\d+\/$/m, '$1:18081/');
  });

  afterAll(async () => {
    if (demo.pid !== undefined && demo.exitCode === null) {
      const ended = new Promise((resolve) => demo.once('exit', resolve));
      // Ctrl-C, as the reader types it; without a terminal, what that does: a signal to all that npm started too.
      if (HAS_TERMINALS) demo.stdin?.write('\x03');
      else process.kill(-demo.pid, 'SIGINT');
      await ended;
    }
    folder.remove();
  });

  it('starts the demo', () => {
    expect(startDemo?.command).toBe('npm start');
    const { printed } = startDemo!;
    // Programs get the ready line in fixed words (docs/operations.md).
    const seen = HAS_TERMINALS ? printed : printed.replace('in 1 realm,', 'in 1 realms,');
    expect(printedByDemo).toMatch(printedPattern(seen));
  });

  it.each(steps)('prints what the README shows for $command', async ({ command, printed }) => {
    const output = await new Promise<string>((resolve) => {
      const shell = ['-c', `{ ${command}\n} 2>&1`];
      execFile('/bin/sh', shell, { cwd: folder.path, env }, (_error, stdout) => resolve(stdout));
    });
    expect(output).toMatch(printedPattern(printed));
  });
});
