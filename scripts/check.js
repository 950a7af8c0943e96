/**
 * What a contributor runs before a commit: lint, types, import rules, documents, and the tests of
 * what has changed. All steps run, whatever the ones before them said; exits with 1 where one
 * failed.
 *
 *   npm run check [-- --staged]
 *
 * With --staged only lint and types, for a hook that should not keep anybody waiting.
 */
import { spawnSync } from 'node:child_process';

const staged = process.argv.includes('--staged');

/**
 * Since the branch left main; before the first push there is no origin/main, and what is not
 * committed counts.
 */
function changedSince() {
  const { stdout, status } = spawnSync('git', ['merge-base', 'HEAD', 'origin/main'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'HEAD';
}

const STEPS = [
  ['lint', 'biome', staged ? ['check', '--staged', '--no-errors-on-unmatched'] : ['check', '.']],
  ['types', 'tsc', ['-p', 'tsconfig.json', '--noEmit']],
  ['imports', 'npm', ['run', '--silent', 'imports']],
  ['documents', 'npm', ['run', '--silent', 'docs:check']],
  ['tests', 'vitest', ['run', '--changed', changedSince(), '--passWithNoTests']],
];

const failed = [];
for (const [name, command, args] of staged ? STEPS.slice(0, 2) : STEPS) {
  const begun = performance.now();
  const { status } = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) console.error(`\nFailed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
