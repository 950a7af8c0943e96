import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../support/command.js';
import { createTemporaryFolder } from '../support/temporary-folder.js';

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;
const needed = (shell: string): boolean => {
  if (has(shell)) return true;
  if (process.env['CI']) throw new Error(`${shell} is not installed`);
  console.warn(`skipped: completion in ${shell}, which is not installed`);
  return false;
};

/** Writes the completion script of a shell into a file, and hands its path on. */
async function withScript(shell: string, test: (file: string) => void): Promise<void> {
  const folder = createTemporaryFolder();
  const command = runCommand(['completion', shell]);
  await command.ended;
  test(folder.write(`completion.${shell}`, command.out()));
  folder.remove();
}

describe('completion', () => {
  it.skipIf(!needed('fish'))('works in fish', () =>
    withScript('fish', (file) => {
      const offered = (line: string) =>
        execFileSync('fish', ['--no-config', '-c', `source ${file}; complete -C '${line}'`], {
          encoding: 'utf8',
        });
      expect(offered('rpc-gateway ch')).toMatch(/^check\tfind all errors/);
      expect(offered('rpc-gateway call com.x --priv')).toMatch(/^--private-key\t/);
      expect(offered('rpc-gateway completion z')).toMatch(/^zsh/);
      expect(offered('rpc-gateway call com.x --authmethod wampc')).toMatch(/^wampcra(\t.*)?\n$/);
    }),
  );

  it.skipIf(!needed('zsh'))('loads in zsh', () =>
    withScript('zsh', (file) => {
      const lines = `autoload -U compinit && compinit -D -u && source ${file} && print $_comps[rpc-gateway] $+functions[_rpc-gateway]`;
      expect(execFileSync('zsh', ['-f', '-c', lines], { encoding: 'utf8' })).toBe('_rpc-gateway 1\n');
    }),
  );
});
