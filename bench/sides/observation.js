/** The same gateway, observed in several ways. */
import { start } from '../processes.js';

/** What observes each side. The first one is the reference. */
const WAYS = (traces) => [
  ['off', 'no admin listener, no traces', {}],
  ['metrics', 'metrics', { metrics: true }],
  ['sampled', 'metrics, traces of 1 % of the calls', { metrics: true, traces, ratio: 0.01 }],
  ['traces', 'metrics, traces of all calls', { metrics: true, traces }],
  ['all', 'metrics, traces of all calls, log.calls = all', { metrics: true, traces, log: true }],
];

/** @returns {Promise<import('./sides.js').Side[]>} */
export async function startObservedSides({ port }, { connections }) {
  const collector = await start('./collector.js');
  const sides = [];
  for (const [key, name, observed] of WAYS(collector.ready.url)) {
    const { pid, ready } = await start('./gateway.js', [port, connections, 0, '', JSON.stringify(observed)]);
    const open = { way: 'wamp', url: ready.url };
    sides.push({ key, name, open, routers: [], callees: [pid], admin: ready.admin });
  }
  return sides;
}
