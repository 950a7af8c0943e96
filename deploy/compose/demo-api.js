// The example API of `rpc-gateway demo`, for other containers. compose.yml mounts this file into the image of the gateway.
import { startBillingApi } from './dist/cli/demo/billing-api.js';

const api = await startBillingApi({ host: '0.0.0.0', port: 18090 });
process.stdout.write(`the example API runs at ${api.origin}\n`);
process.once('SIGTERM', () => api.close());
