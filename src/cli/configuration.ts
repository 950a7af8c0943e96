import { existsSync } from 'node:fs';
import { type LoadedConfig, loadConfig } from '../config/load-config.js';
import { CommandFailure, type Host } from './host.js';

/** The configuration that a command reads when none is named. */
export const DEFAULT_CONFIG = 'bondy.conf';

/**
 * Reads the configuration named by `--config`, or ./bondy.conf.
 *
 * @throws CommandFailure where there is none; ConfigError with every fault found
 */
export function readConfiguration(named: string | undefined, host: Host): LoadedConfig {
  const path = named ?? DEFAULT_CONFIG;
  if (!existsSync(path)) {
    throw new CommandFailure(
      named === undefined
        ? `There is no ${DEFAULT_CONFIG} in this folder: name your configuration with --config FILE.`
        : `There is no file ${named}.`,
    );
  }
  return loadConfig(path, { env: host.env });
}

/** ./bondy.conf where it exists, or the file that `--config` names; undefined where there is neither. */
export function readConfigurationIfAny(named: string | undefined, host: Host): LoadedConfig | undefined {
  return named === undefined && !existsSync(DEFAULT_CONFIG) ? undefined : readConfiguration(named, host);
}

/** `1 procedure`, `2 procedures`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
