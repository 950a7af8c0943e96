import { parseConfig } from '../../src/config/load-config.js';
import { createGateway, type Gateway, type GatewayOptions } from '../../src/create-gateway.js';

export interface RunningGateway extends Gateway {
  /** Where clients connect. */
  readonly url: string;
}

/** Starts a gateway from the text of a configuration, listening on an ephemeral loopback port. */
export async function startGateway(conf: string, options: GatewayOptions = {}): Promise<RunningGateway> {
  const config = parseConfig(`${conf}\nlisteners.test.port = 0\n`, { env: {} });
  const gateway = createGateway(config, options);
  await gateway.start();
  const [url] = gateway.endpoints;
  if (url === undefined) throw new Error('the gateway listens nowhere');
  return Object.assign(gateway, { url });
}
