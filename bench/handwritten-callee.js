/**
 * The program that people write without a gateway: a wampy callee that calls the API with undici's
 * `request` or with `fetch`. It runs in its own process. The token is a constant in it, so it does
 * less than the gateway.
 */
import { Agent, request, setGlobalDispatcher } from 'undici';
import { Wampy } from 'wampy';
import { WebSocket } from 'ws';
import { SIZES } from './bodies.js';
import { slug, TOKEN } from './upstream.js';

const [url, upstreamPort, client, connections = '64'] = process.argv.slice(2);
const api = `http://127.0.0.1:${upstreamPort}/api`;
const headers = { authorization: `Bearer ${TOKEN}`, 'x-tenant': 'bench', accept: 'application/json' };
const postHeaders = { ...headers, 'content-type': 'application/json' };
setGlobalDispatcher(new Agent({ connections: Number(connections) }));

const CLIENTS = {
  async undici(target, options) {
    const { statusCode, body } = await request(target, options);
    return { status: statusCode, body: await body.json() };
  },
  async fetch(target, options) {
    const response = await fetch(target, options);
    return { status: response.status, body: await response.json() };
  },
};
const send = CLIENTS[client];

const session = new Wampy(url, { realm: 'com.example.myrealm', ws: WebSocket, autoReconnect: false });
await session.connect();
for (const size of Object.keys(SIZES).map(slug)) {
  await session.register(`com.billing.get_${size}`, async ({ argsDict: { id, ...rest } }) => ({
    argsDict: await send(`${api}/${size}/${encodeURIComponent(id)}?${new URLSearchParams(rest)}`, {
      method: 'GET',
      headers,
    }),
  }));
  await session.register(`com.billing.post_${size}`, async ({ argsDict }) => ({
    argsDict: await send(`${api}/${size}/new`, {
      method: 'POST',
      headers: postHeaders,
      body: JSON.stringify(argsDict),
    }),
  }));
}
process.send?.({});
process.once('disconnect', () => process.exit(0));
