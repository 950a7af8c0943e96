/**
 * What a call through the gateway costs beside the same request sent directly: rates and latencies of both, measured in
 * turns in one run, and their ratio. Quote the ratio: single figures depend on the machine.
 *
 *   npm run bench [-- --calls 20000 --rounds 5]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { direct, measure, viaGateway } from './load.js';

const { values } = parseArgs({
  options: { calls: { type: 'string', default: '20000' }, rounds: { type: 'string', default: '5' } },
});
const calls = Number(values.calls);
const rounds = Number(values.rounds);
const CONCURRENCIES = [1, 16, 64];

const children = [];
async function start(file, ...args) {
  const child = fork(new URL(file, import.meta.url), args.map(String), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  children.push(child);
  const [message] = await once(child, 'message');
  return message;
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
const rate = (perSecond) => Math.round(perSecond).toLocaleString('en').padStart(9);

try {
  const { port } = await start('./upstream.js');
  const { url } = await start('./gateway.js', port, 64);
  const straight = direct(port, 64);
  const through = await viaGateway(url);
  for (const way of [straight, through]) await measure(way.get, Math.min(calls, 5_000), 16);

  console.log(`node ${process.version}, ${calls} calls a round, median of ${rounds} rounds\n`);
  console.log('in flight   direct/s  gateway/s   ratio   direct p50/p99 ms   gateway p50/p99 ms');
  for (const concurrency of CONCURRENCIES) {
    const results = { straight: [], through: [] };
    for (let round = 0; round < rounds; round++) {
      const total = concurrency === 1 ? Math.ceil(calls / 10) : calls;
      results.straight.push(await measure(straight.get, total, concurrency));
      results.through.push(await measure(through.get, total, concurrency));
    }
    const figure = (way, key) => median(results[way].map((result) => result[key]));
    const ratio = median(
      results.through.map((result, round) => result.perSecond / results.straight[round].perSecond),
    );
    const latency = (way) => `${figure(way, 'medianMs').toFixed(2)} / ${figure(way, 'p99Ms').toFixed(2)}`;
    const bar = '█'.repeat(Math.round(ratio * 20));
    console.log(
      `${String(concurrency).padStart(9)}  ${rate(figure('straight', 'perSecond'))}  ${rate(figure('through', 'perSecond'))}  ` +
        `${ratio.toFixed(2).padStart(6)}   ${latency('straight').padEnd(17)}   ${latency('through').padEnd(17)}  ${bar}`,
    );
  }
  through.close();
  await straight.close();
} finally {
  for (const child of children) child.disconnect();
}
