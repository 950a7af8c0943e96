// Runs the gateway inside your own program. It needs only this package.
//
// In a checkout: run `node examples/node/embed.js examples/demo.conf`.
// In your project: run `npm install wamp-rpc-gateway`. The import stays the same.
import { createGateway, loadConfig } from 'wamp-rpc-gateway';

const config = loadConfig(process.argv[2] ?? 'bondy.conf', { env: process.env });
const gateway = createGateway(config);

await gateway.start();
process.once('SIGINT', async () => {
  await gateway.stop();
  console.log('stopped');
});

console.log(`${gateway.procedureCount} procedures at ${gateway.endpoints.join(', ')}`);
