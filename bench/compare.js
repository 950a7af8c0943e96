/**
 * Compares two checkouts of this project. Their gateways work in turns of half a second. So a
 * machine whose speed changes affects both in the same way. Build both checkouts first.
 *
 *   npm run bench:compare -- --with DIR
 */
import { resolve } from 'node:path';
import { nameOf, QUICK_CELLS } from './cells.js';
import { startLoad } from './loads.js';
import { readOptions, refuse } from './options.js';
import { start, stopAll, usage } from './processes.js';
import { median } from './statistics.js';
import { startUpstream } from './upstream.js';

const CONNECTIONS = 64;
const SERIALIZERS = ['json', 'msgpack', 'cbor'];

const USAGE = `npm run bench:compare -- --with DIR [OPTIONS]
  --with DIR      the other checkout, built
  --rounds N      rounds with one turn for each checkout; default 20
  --seconds N     the length of each turn; default 0.5`;

const values = readOptions(USAGE, {
  with: { type: 'string' },
  rounds: { type: 'number' },
  seconds: { type: 'number' },
});
if (values.with === undefined) refuse('--with names no checkout.', USAGE);
const rounds = Math.ceil(values.rounds ?? 20);
const seconds = values.seconds ?? 0.5;

/** One turn: calls per second, and the gateway's processor time for each call in microseconds. */
async function turn({ ask, side }, cell) {
  const before = usage(side.pids);
  const { calls, seconds: taken } = await ask({ load: { ...cell, seconds } });
  const after = usage(side.pids);
  return { perSecond: calls / taken, cpu: before && ((after.cpuMs - before.cpuMs) * 1000) / calls };
}

/** The gateway of a checkout, and a load for each serializer. */
async function startCheckout(folder, upstream) {
  const gateway = await start(`file://${resolve(folder)}/bench/gateway.js`, [upstream.port, CONNECTIONS]);
  const { url } = gateway.ready;
  const load = (serializer) =>
    startLoad({ name: folder, open: { way: 'wamp', url, serializer }, pids: [gateway.pid] });
  return Promise.all(SERIALIZERS.map(load));
}

try {
  const upstream = await startUpstream();
  const others = await startCheckout(values.with, upstream);
  const ours = await startCheckout('.', upstream);
  console.log(`Upstream: ${upstream.name}. ${rounds} rounds of ${seconds} s for each checkout, in turns.`);
  console.log('This checkout to the other, medians of the rounds:\n');
  console.log(`${''.padEnd(30)} calls/s   CPU per call   (CPU µs per call of both)`);
  for (const cell of QUICK_CELLS) {
    for (const [index, serializer] of SERIALIZERS.entries()) {
      const pair = [others[index], ours[index]];
      for (const load of pair) await load.ask({ load: { ...cell, seconds: 2 * seconds } });
      const found = [];
      for (let round = 0; round < rounds; round++) {
        // The checkouts start in turns, so a machine that becomes slower affects both.
        const order = round % 2 === 0 ? [0, 1] : [1, 0];
        const results = [];
        for (const which of order) results[which] = await turn(pair[which], cell);
        found.push(results);
      }
      const ratio = (key) => median(found.map(([other, own]) => own[key] / other[key])).toFixed(3);
      const cpu = [0, 1].map((which) => median(found.map((results) => results[which].cpu)).toFixed(1));
      console.log(
        `${`${nameOf(cell)}, ${serializer}`.padEnd(36)} ${ratio('perSecond')}   ${ratio('cpu').padStart(12)}   (${cpu.join(', ')})`,
      );
    }
  }
} finally {
  await stopAll();
}
