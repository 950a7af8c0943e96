import { DEFAULT_CONFIG, readConfiguration } from './configuration.js';
import type { ExitCode, Host } from './host.js';
import { readyLine, runGateway } from './run-gateway.js';

/** `rpc-gateway start`: runs the gateway until a signal ends it. */
export async function start(options: { readonly config?: string }, host: Host): Promise<ExitCode> {
  const config = readConfiguration(options.config, host);
  return await runGateway(config, options.config ?? DEFAULT_CONFIG, host, (gateway) =>
    host.stdout.write(`${readyLine(gateway, host.stdout)}\n`),
  );
}
