/** The gateway under test: a process of its own, with the guide's billing service in front of the given upstream. */
import { createGateway, parseConfig } from '../dist/index.js';

const service = 'rpc_gateway.services.billing';
const gateway = createGateway(
  parseConfig(
    `
listeners.main.port = 0
${service}.base_url = http://127.0.0.1:${process.argv[2]}/api
${service}.pool.size = ${process.argv[3] ?? 25}
${service}.procedures.get_invoice.uri = com.billing.get_invoice
${service}.procedures.get_invoice.realm = com.example.myrealm
${service}.procedures.get_invoice.path = /invoices/{{id}}
${service}.procedures.create_invoice.uri = com.billing.create_invoice
${service}.procedures.create_invoice.realm = com.example.myrealm
${service}.procedures.create_invoice.method = post
${service}.procedures.create_invoice.path = /invoices
`,
    { env: {} },
  ),
);
await gateway.start();
process.send?.({ url: gateway.endpoints[0] });
process.once('disconnect', () => process.exit(0));
