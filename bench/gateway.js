/**
 * The gateway under test, in its own process, with a typical configuration for the upstream. With the
 * URL of a router it joins this router, else it opens a listener of its own. The last argument says
 * what observes the gateway, in JSON: `metrics`, `log`, `traces` (the URL of a collector) and `ratio`.
 */
import { createWriteStream } from 'node:fs';
import { createGateway, createLogger, parseConfig } from '../dist/index.js';
import { SIZES } from './bodies.js';
import { slug } from './upstream.js';

const [upstreamPort, connections = '64', extra = '0', router = '', observed = '{}'] = process.argv.slice(2);
const { metrics = false, log = false, traces, ratio = 1 } = JSON.parse(observed);
const service = 'rpc_gateway.services.billing';
const api = `http://127.0.0.1:${upstreamPort}`;

const procedure = (name, method, path) => `
${service}.procedures.${name}.uri = com.billing.${name}
${service}.procedures.${name}.realm = com.example.myrealm
${service}.procedures.${name}.method = ${method}
${service}.procedures.${name}.path = ${path}`;

const conf = `
${router === '' ? 'listeners.main.port = 0' : `router.url = ${router}\nlisteners.none.enabled = off`}
wamp.max_send_buffer = 500MB
${metrics ? 'listeners.ops.protocol = admin\nlisteners.ops.port = 0' : ''}
${log ? 'log.calls = all' : ''}
${traces === undefined ? '' : `tracing.otlp.endpoint = ${traces}\ntracing.sample_ratio = ${ratio}`}
${service}.base_url = ${api}/api
${service}.pool.size = ${connections}
${service}.auth.fetch.method = post
${service}.auth.fetch.url = ${api}/token
${service}.auth.fetch.body_encoding = form
${service}.auth.fetch.body.grant_type = client_credentials
${service}.auth.fetch.body.client_id = {{client_id}}
${service}.auth.fetch.body.client_secret = {{client_secret}}
${service}.auth.fetch.token_path = access_token
${service}.auth.fetch.expires_in_path = expires_in
${service}.auth.apply.placement = header
${service}.auth.apply.name = Authorization
${service}.auth.apply.format = Bearer {{token}}
${service}.auth.vars.client_id = bench
${service}.auth.vars.client_secret = not-a-secret
${service}.headers.x-tenant = bench
${Object.keys(SIZES)
  .map(slug)
  .map(
    (size) =>
      procedure(`get_${size}`, 'get', `/${size}/{{id}}`) + procedure(`post_${size}`, 'post', `/${size}/new`),
  )
  .join('')}
${Array.from({ length: Number(extra) }, (_, index) => procedure(`extra_${index}`, 'get', `/extra/${index}/{{id}}`)).join('')}
`;

const config = parseConfig(conf, { env: {} });
// The lines cost what they cost in production, but nobody keeps them.
const options = log ? { log: createLogger(config.log.level, createWriteStream('/dev/null')) } : {};
const gateway = createGateway(config, options);
await gateway.start();
process.send?.({ url: gateway.endpoints[0], admin: gateway.adminEndpoints[0] });
// bench/scale.js starts this program with --expose-gc.
process.on('message', () => {
  globalThis.gc();
  process.send({});
});
process.once('disconnect', () => process.exit(0));
