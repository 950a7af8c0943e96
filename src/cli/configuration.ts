import { existsSync } from 'node:fs';
import { loadConfigAsync } from '../config/load-config-async.js';
import type { LoadedConfig } from '../config/model.js';
import { CommandFailure, type Host } from './host.js';

/** The default configuration of a command. */
export const DEFAULT_CONFIG = 'bondy.conf';

/**
 * Reads the configuration that `--config` names, or ./bondy.conf. Reads OpenAPI documents in another
 * thread.
 *
 * @throws CommandFailure if the file does not exist.
 * @throws ConfigError with all errors in the configuration.
 */
export async function readConfiguration(named: string | undefined, host: Host): Promise<LoadedConfig> {
  return await loadConfigAsync(pathOf(named), { env: host.env });
}

function pathOf(named: string | undefined): string {
  const path = named ?? DEFAULT_CONFIG;
  if (existsSync(path)) return path;
  throw new CommandFailure(
    named === undefined
      ? `There is no ${DEFAULT_CONFIG} in this folder: choose your configuration with --config FILE.`
      : `There is no file ${named}.`,
  );
}

/**
 * Reads the file that `--config` names, or ./bondy.conf if it exists. Returns undefined if there is
 * neither.
 */
export async function readConfigurationIfAny(
  named: string | undefined,
  host: Host,
): Promise<LoadedConfig | undefined> {
  return named === undefined && !existsSync(DEFAULT_CONFIG)
    ? undefined
    : await readConfiguration(named, host);
}

/** Formats a number with its noun, as in `1 procedure` or `2 procedures`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
