import type { Command } from 'commander';
import { bashScript } from './completion/bash.js';
import { commandWords } from './completion/command-words.js';
import { fishScript } from './completion/fish.js';
import { zshScript } from './completion/zsh.js';
import { EXIT, type ExitCode, type Host } from './host.js';
import type { Shell } from './options.js';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/**
 * `rpc-gateway completion SHELL`: prints a script that is generated from the command definition.
 */
export function completion(program: Command, shell: Shell, host: Host): ExitCode {
  host.stdout.write(SCRIPTS[shell](commandWords(program)));
  return EXIT.ok;
}
