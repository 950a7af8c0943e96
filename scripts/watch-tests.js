/** Runs the tests again when a file changes, and builds dist again before: some tests start the built command. */
import { spawn } from 'node:child_process';

const options = { stdio: 'inherit', shell: process.platform === 'win32' };
const build = spawn('tsc', ['-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'], options);
const tests = spawn('vitest', process.argv.slice(2), options);

tests.once('exit', (code) => {
  build.kill();
  process.exitCode = code ?? 1;
});
