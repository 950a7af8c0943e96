import { fileURLToPath } from 'node:url';
import type { Gateway } from '../../assembly/create-gateway.js';
import { loadConfigAsync } from '../../config/load-config-async.js';
import { createConfigSource } from '../config-source.js';
import { DEMO_PORT } from '../defaults.js';
import { busyPort, systemCode } from '../failures.js';
import { CommandFailure, type ExitCode, type Host } from '../host.js';
import { readyLine, runGateway } from '../run-gateway.js';
import { type BillingApi, startBillingApi } from './billing-api.js';
import { demoRoutes } from './demo-routes.js';

/** The configuration of the demo, which is part of the package. */
const DEMO_CONFIG = fileURLToPath(new URL('../../../examples/demo.conf', import.meta.url));

export interface DemoOptions {
  /** 0 means any free port. */
  readonly port: number;
  /** The port of the console; 0 means any free port. */
  readonly adminPort: number;
  /** The command with which the user starts this program, for the example calls. */
  readonly command: string;
}

/** `rpc-gateway demo`: runs the example API and a gateway to it until a signal ends them. */
export async function demo(options: DemoOptions, host: Host): Promise<ExitCode> {
  const api = await startBillingApi();
  try {
    const env = {
      ...host.env,
      BILLING_URL: `${api.origin}/api`,
      IDP_URL: api.origin,
      DEMO_PORT: String(options.port),
      DEMO_ADMIN_PORT: String(options.adminPort),
    };
    const config = await loadConfigAsync(DEMO_CONFIG, { env });
    return await runGateway(config, host, {
      file: DEMO_CONFIG,
      source: createConfigSource(DEMO_CONFIG, config, { env }),
      adminRoutes: demoRoutes(api),
      announce: (gateway) => host.stdout.write(welcome(gateway, api, options, host)),
    });
  } catch (error) {
    if (systemCode(error) !== 'EADDRINUSE') throw error;
    throw new CommandFailure(
      `Port ${busyPort(error)} is in use, perhaps by another demo: choose other ports with --port and --admin-port, ` +
        `for example ${options.command} demo --port ${options.port + 10} --admin-port ${options.adminPort + 10}.`,
    );
  } finally {
    await api.close();
  }
}

function welcome(gateway: Gateway, api: BillingApi, options: DemoOptions, host: Host): string {
  const { port } = options;
  const command = `${options.command} call`;
  const where = port === DEMO_PORT ? '' : ` --url ${gateway.endpoints[0]}`;
  return `The console shows everything below in a browser: ${gateway.adminEndpoints[0]}/

A billing API runs at ${api.origin}/api. It requires a token from ${api.origin}/oauth/token.
A gateway translates WAMP calls into HTTP requests to this API, and fetches the token.
The configuration of the gateway: ${DEMO_CONFIG}

${readyLine(gateway, host.stdout)}

Try these in a second terminal:

  ${command} com.billing.get_invoice id=INV-001${where}
  ${command} com.billing.create_invoice customer=cust-42 amount=2500 currency=USD${where}
  ${command} com.billing.get_invoice id=INV-999${where}

Press Ctrl-C to stop.
`;
}
