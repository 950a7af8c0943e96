import { readFileSync } from 'node:fs';
import type { GatewayOptions } from '../../src/assembly/create-gateway.js';
import { type RunningGateway, startGateway } from './gateway.js';

/**
 * Starts a gateway with a security file, on an ephemeral loopback port. Failed logins are answered
 * at once.
 */
export function startSecuredGateway(
  realms: readonly object[],
  { lines = [], ...options }: GatewayOptions & { readonly lines?: readonly string[] } = {},
): Promise<RunningGateway> {
  const conf = ['security.config_file = security.json', 'security.max_failed_login_delay = 0', ...lines];
  return startGateway(conf.join('\n'), {
    readFile: (path) => (path.endsWith('/security.json') ? JSON.stringify(realms) : readFileSync(path)),
    ...options,
  });
}
