import { readFileSync } from 'node:fs';
import { parseConfig } from '../../src/config/load-config.js';
import { createGateway, type GatewayOptions } from '../../src/create-gateway.js';
import type { RunningGateway } from './gateway.js';

/** Starts a gateway with a security file, on an ephemeral loopback port. Failed logins are answered at once. */
export async function startSecuredGateway(
  realms: readonly object[],
  { lines = [], ...options }: GatewayOptions & { readonly lines?: readonly string[] } = {},
): Promise<RunningGateway> {
  const conf = [
    'security.config_file = security.json',
    'security.max_failed_login_delay = 0',
    'listeners.test.port = 0',
    ...lines,
  ];
  const config = parseConfig(conf.join('\n'), {
    env: {},
    readFile: (path) => (path.endsWith('/security.json') ? JSON.stringify(realms) : readFileSync(path)),
  });
  const gateway = createGateway(config, options);
  await gateway.start();
  const [url] = gateway.endpoints;
  if (url === undefined) throw new Error('the gateway listens nowhere');
  return Object.assign(gateway, { url });
}
