import { expect, it } from 'vitest';
import { runProgram } from './run-program.js';

const options = { env: {}, timeoutMs: 10_000 };
const node = (script: string, timeoutMs = 10_000) =>
  runProgram(process.execPath, ['-e', script], { ...options, timeoutMs });

it.each([
  ['that ends with code 0', '', undefined],
  ['that ends with another code', 'process.exit(3)', 'exit code 3'],
  ['that kills itself', 'process.kill(process.pid, "SIGKILL")', 'killed by SIGKILL'],
  ['that has only the given environment', 'process.exit(Object.keys(process.env).length)', undefined],
])('the end of a program %s', async (_, script, end) => {
  expect(await node(script)).toBe(end);
});

it('a program that takes too long is killed', async () => {
  expect(await node('setInterval(() => {}, 1000)', 50)).toBe('killed by SIGTERM');
});

it('a program that is not there is not an exception', async () => {
  expect(await runProgram('no-such-program', [], options)).toBe('ENOENT');
});
