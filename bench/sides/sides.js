/** The compared sides. Each has its processes and the address for its load. */
import { start } from '../processes.js';
import { crossbar, nexus, ourRouter } from './routers.js';

/**
 * @typedef {object} Side
 * @property {string} key
 * @property {string} name
 * @property {object} open the instructions for the load, see load.js
 * @property {number[]} pids the processes between load and upstream
 */

/**
 * Starts all sides that are installed.
 *
 * @param {{ port: number }} upstream
 * @param {{ connections: number, peers: boolean }} options
 * @returns {Promise<Side[]>}
 */
export async function startSides({ port }, { connections, peers }) {
  const gateway = await start('./gateway.js', [port, connections]);
  const { url } = gateway.ready;
  const through = (serializer) => ({
    key: `gateway ${serializer}`,
    name: `gateway, ${serializer} caller`,
    open: { way: 'wamp', url, serializer },
    pids: [gateway.pid],
  });
  return [
    { key: 'raw', name: 'undici request, no WAMP', open: { way: 'raw', port, connections }, pids: [] },
    ...['json', 'msgpack', 'cbor'].map(through),
    ...(peers ? await startHandwritten(port, connections) : []),
  ];
}

/** Each callee has its own router, because a router refuses a second callee of the same procedures. */
async function startHandwritten(port, connections) {
  const sides = [];
  for (const client of ['undici', 'fetch']) {
    const routers = [await ourRouter(), await nexus(), await crossbar(port)];
    for (const router of routers.filter((found) => found !== undefined)) {
      const callee = await start('./handwritten-callee.js', [router.url, port, client, connections]);
      sides.push({
        key: `${client} on ${router.key}`,
        name: `wampy + ${client} callee on ${router.name}`,
        open: { way: 'wamp', url: router.url },
        pids: [...router.pids, callee.pid],
      });
    }
    const last = routers.at(-1);
    if (client === 'fetch' && last !== undefined) sides.push(restSide(last));
  }
  return sides;
}

function restSide({ name, url, pids }) {
  return { key: 'rest', name: `REST callee of ${name}`, open: { way: 'wamp', url, rest: true }, pids };
}
