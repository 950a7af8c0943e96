/** The gateway's router without a service. The handwritten callees join it. */
import { createGateway, parseConfig } from '../dist/index.js';

const gateway = createGateway(
  parseConfig(
    `
listeners.main.port = 0
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
