/** The compared sides. Each has its processes and the address for its load. */
import { start } from '../processes.js';
import { crossbar, nexus, ourRouter } from './routers.js';

/**
 * @typedef {object} Side
 * @property {string} key
 * @property {string} name
 * @property {object} open the instructions for the load, see load.js
 * @property {number[]} routers the processes of a router, if it is not part of the gateway
 * @property {number[]} callees the other processes between load and upstream
 */

/**
 * Starts all sides that are installed.
 *
 * @param {{ port: number }} upstream
 * @param {{ connections: number, peers: boolean }} options
 * @returns {Promise<Side[]>}
 */
export async function startSides({ port }, { connections, peers }) {
  return [
    rawSide(port, connections),
    ...(await embeddedSides(port, connections, ['json', 'msgpack', 'cbor'])),
    ...(peers ? await startHandwritten(port, connections) : []),
  ];
}

/** undici alone. */
export const rawSide = (port, connections) => ({
  key: 'raw',
  name: 'undici request, no WAMP',
  open: { way: 'raw', port, connections },
  routers: [],
  callees: [],
});

/** The gateway with its own router, and a caller for each serializer. */
export async function embeddedSides(port, connections, serializers) {
  const { pid, ready } = await start('./gateway.js', [port, connections]);
  return serializers.map((serializer) => ({
    key: `gateway ${serializer}`,
    name: `gateway, ${serializer} caller`,
    open: { way: 'wamp', url: ready.url, serializer },
    routers: [],
    callees: [pid],
  }));
}

/** Each callee has its own router, because a router refuses a second callee of the same procedures. */
async function startHandwritten(port, connections) {
  const sides = [];
  for (const client of ['undici', 'fetch']) {
    const routers = [await ourRouter(), await nexus(), await crossbar(port)];
    const found = routers.filter((router) => router !== undefined);
    for (const router of found) sides.push(await handwrittenSide(router, port, connections, client));
    const crossbarRouter = found.find(({ key }) => key === 'crossbar');
    if (client === 'fetch' && crossbarRouter !== undefined) sides.push(restSide(crossbarRouter));
  }
  return sides;
}

/** A wampy callee that calls the API with `client`. */
export async function handwrittenSide(router, port, connections, client) {
  const { pid } = await start('./handwritten-callee.js', [router.url, port, client, connections]);
  return {
    key: `${client} on ${router.key}`,
    name: `wampy + ${client} callee on ${router.name}`,
    open: { way: 'wamp', url: router.url },
    routers: router.pids,
    callees: [pid],
  };
}

/** Crossbar.io's REST callee. It is a child process of the router, so their processor time is one sum. */
export function restSide({ name, url, pids }) {
  return {
    key: 'rest',
    name: `REST callee of ${name}`,
    open: { way: 'wamp', url, rest: true },
    routers: pids,
    callees: [],
  };
}
