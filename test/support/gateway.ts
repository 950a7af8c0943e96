import { createGateway, type Gateway, type GatewayOptions } from '../../src/assembly/create-gateway.js';
import { type ConfigSource, parseConfig } from '../../src/config/load-config.js';

export interface RunningGateway extends Gateway {
  /** Where clients connect. */
  readonly url: string;
}

export interface StartOptions extends GatewayOptions {
  /** Reads the files that the configuration names. */
  readonly readFile?: ConfigSource['readFile'];
}

/** Starts a gateway from the text of a configuration, listening on an ephemeral loopback port. */
export async function startGateway(
  conf: string,
  { readFile, ...options }: StartOptions = {},
): Promise<RunningGateway> {
  const config = parseConfig(`${conf}\nlisteners.test.port = 0\n`, {
    env: {},
    ...(readFile && { readFile }),
  });
  const gateway = createGateway(config, options);
  await gateway.start();
  const [url] = gateway.endpoints;
  if (url === undefined) throw new Error('the gateway listens nowhere');
  return Object.assign(gateway, { url });
}
