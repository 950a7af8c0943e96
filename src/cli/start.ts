import { isOpenedFile } from '../config/syntax/includes.js';
import { createConfigSource } from './config-source.js';
import { DEFAULT_CONFIG, readConfiguration } from './configuration.js';
import { CommandFailure, type ExitCode, type Host } from './host.js';
import { readyLine, runGateway } from './run-gateway.js';

export interface StartOptions {
  readonly config?: string;
  /** Reloads when a file of the configuration changes. */
  readonly watch?: boolean;
}

/** `rpc-gateway start`: runs the gateway until a signal ends it. */
export async function start({ config: named, watch }: StartOptions, host: Host): Promise<ExitCode> {
  const file = named ?? DEFAULT_CONFIG;
  if (watch && isOpenedFile(file)) throw new CommandFailure(`--watch cannot watch ${file}, which is a pipe.`);
  const config = await readConfiguration(named, host);
  const source = createConfigSource(file, config, host);
  return await runGateway(config, host, {
    file,
    source,
    watch,
    announce: (gateway) => host.stdout.write(`${readyLine(gateway, host.stdout)}\n`),
  });
}
