import { InvalidArgumentError } from 'commander';
import { duration, listOr } from '../config/types/datatypes.js';
import { DEMO_ADMIN_PORT, DEMO_PORT } from './defaults.js';
import { CommandFailure, EXIT, type Host } from './host.js';

/** A port of the demo: the option, or the environment variable, or the default. */
export function demoPort(
  option: number | undefined,
  variable: keyof typeof DEMO_PORTS,
  { env }: Pick<Host, 'env'>,
): number {
  const value = env[variable];
  if (option !== undefined || !value) return option ?? DEMO_PORTS[variable];
  if (!isPort(value)) throw new CommandFailure(`${variable} must be a number from 0 to 65535.`, EXIT.usage);
  return Number(value);
}

const DEMO_PORTS = { DEMO_PORT, DEMO_ADMIN_PORT } as const;

/** A TCP port; 0 means any free one. */
export function portOption(text: string): number {
  if (!isPort(text)) throw new InvalidArgumentError('It must be a number from 0 to 65535.');
  return Number(text);
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}

/** A duration as in the configuration (`500ms`, `5s`, `1m30s`), in milliseconds. */
export function durationOption(text: string): number {
  try {
    return duration().parse(text, { directory: '.', readFile: () => undefined });
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

/** The number of iterations of a key derivation. */
export function iterationsOption(text: string): number {
  const count = /^\d{1,8}$/.test(text) ? Number(text) : 0;
  if (count < 1000 || count > 10_000_000) {
    throw new InvalidArgumentError('It must be a number from 1000 to 10000000.');
  }
  return count;
}

/** The allowed values of `--authmethod`. */
export const AUTHMETHODS = ['anonymous', 'ticket', 'wampcra', 'wamp-scram', 'cryptosign'] as const;

export function authmethodOption(text: string): string {
  const known: readonly string[] = AUTHMETHODS;
  if (!known.includes(text)) throw new InvalidArgumentError(`It must be ${listOr(AUTHMETHODS)}.`);
  return text;
}

/** The rules for names of `openapi.naming`. */
export function namingOption(text: string): string {
  const known: readonly string[] = ['operation_id', 'path'];
  if (!known.includes(text)) throw new InvalidArgumentError(`It must be ${listOr(known)}.`);
  return text;
}

/** Collects the values of an option that may be given several times. */
export function repeated(text: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, text];
}

/** The shells that `completion` knows. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export function shellArgument(text: string): Shell {
  const shell = SHELLS.find((known) => known === text);
  if (shell === undefined) throw new InvalidArgumentError(`The shell must be ${listOr(SHELLS)}.`);
  return shell;
}
