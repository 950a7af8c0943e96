// Runs the gateway inside a program of your own. It needs nothing but this package.
//
// In a checkout:     node examples/node/embed.js examples/demo.conf
// In your project:   npm install wamp-rpc-gateway       the import stays the same
import { createGateway, loadConfig } from 'wamp-rpc-gateway';

const config = loadConfig(process.argv[2] ?? 'bondy.conf', { env: process.env });
const gateway = createGateway(config);

await gateway.start();
process.once('SIGINT', async () => {
  await gateway.stop();
  console.log('stopped');
});

console.log(`${gateway.procedureCount} procedures at ${gateway.endpoints.join(', ')}`);
