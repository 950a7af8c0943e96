import type { Command, Option } from 'commander';
import { AUTHMETHODS } from '../options.js';

/** An option for completion. */
export interface OptionWord {
  /** `--config` */
  readonly long: string;
  /** `-c`, if there is one. */
  readonly short: string | undefined;
  readonly description: string;
  /** What the option takes as its value. A list has the allowed words. */
  readonly takes: 'nothing' | 'file' | 'text' | readonly string[];
}

/** A subcommand for completion. */
export interface CommandWord {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWord[];
  /** The allowed words of the first argument; `procedures` means the URIs in the configuration. */
  readonly firstArgument: readonly string[] | 'procedures';
}

/** Reads the subcommands and options of a program from its commander definition. */
export function commandWords(program: Command): readonly CommandWord[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: [...command.options.map(optionWord), HELP],
    firstArgument: firstArgumentOf(command),
  }));
}

const HELP: OptionWord = { long: '--help', short: '-h', description: 'show help', takes: 'nothing' };

function optionWord(option: Option): OptionWord {
  const { long = '', short, description } = option;
  return {
    long: long ?? '',
    short,
    description: description.replace(/ \(default:.*$/, ''),
    takes: taken(option),
  };
}

function taken({ required, flags, long }: Option): OptionWord['takes'] {
  if (!required) return 'nothing';
  if (long === '--authmethod') return AUTHMETHODS;
  return flags.includes('<file>') ? 'file' : 'text';
}

function firstArgumentOf(command: Command): CommandWord['firstArgument'] {
  const [argument] = command.registeredArguments;
  if (argument?.name() === 'uri') return 'procedures';
  return argument?.name() === 'shell' ? argument.description.split(', ') : [];
}
