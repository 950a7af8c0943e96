import { loadConfigAsync } from '../config/load-config-async.js';
import type { LoadedConfig } from '../config/model.js';
import { isOpenedFile } from '../config/syntax/includes.js';
import { ConfigError, type ConfigSources } from '../errors.js';
import type { Host } from './host.js';

/** A configuration file that can be read again. */
export interface ConfigSource {
  /** For a reload. @throws ConfigError */
  readonly read: (options: { readonly dryRun: boolean }) => Promise<LoadedConfig>;
  /** What is read now, even if there are mistakes. */
  readonly readSources: () => Promise<ConfigSources>;
  /**
   * The hash of what the last reload has read. Before that, of the first configuration. A dry run
   * uses nothing of what it reads, so a change that it has read still waits for a reload.
   */
  readonly lastHash: () => string;
}

/**
 * @param first what was read at the start
 * @returns undefined for a pipe, such as `/dev/stdin`, which can be read only once
 */
export function createConfigSource(
  file: string,
  first: LoadedConfig,
  { env }: Pick<Host, 'env'>,
): ConfigSource | undefined {
  if (isOpenedFile(file)) return undefined;
  let { hash } = first.sources;
  const load = () => loadConfigAsync(file, { env });
  return {
    async read({ dryRun }) {
      try {
        const config = await load();
        if (!dryRun) hash = config.sources.hash;
        return config;
      } catch (error) {
        const { hash: found } = sourcesOf(error);
        if (!dryRun) hash = found;
        throw error;
      }
    },
    async readSources() {
      try {
        return (await load()).sources;
      } catch (error) {
        return sourcesOf(error);
      }
    },
    lastHash: () => hash,
  };
}

/** @throws an error that is no ConfigError */
function sourcesOf(error: unknown): ConfigSources {
  if (error instanceof ConfigError && error.sources !== undefined) return error.sources;
  throw error;
}
