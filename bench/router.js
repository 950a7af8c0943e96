/**
 * The gateway's router without a service. Callees join it over a WebSocket, or over a Unix socket if
 * its file is given.
 */
import { createGateway, parseConfig } from '../dist/index.js';

const [socket] = process.argv.slice(2);
const gateway = createGateway(
  parseConfig(
    `
listeners.main.port = 0
${socket === undefined ? '' : `listeners.local.protocol = rawsocket\nlisteners.local.socket = ${socket}`}
wamp.max_send_buffer = 500MB
rpc_gateway.services.none.base_url = http://127.0.0.1:9
rpc_gateway.services.none.procedures.none.uri = com.example.none
rpc_gateway.services.none.procedures.none.realm = com.example.myrealm
rpc_gateway.services.none.procedures.none.path = /
`,
    { env: {} },
  ),
);
await gateway.start();
process.send?.({ url: gateway.endpoints[0] });
process.once('disconnect', () => process.exit(0));
