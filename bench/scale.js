/**
 * Measures what the gateway needs of a machine: the time until it is ready, the memory at rest and
 * under load, and the cost of many procedures.
 *
 *   npm run bench:scale -- --help
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { startCommand } from './command.js';
import { startLoad } from './loads.js';
import { readOptions } from './options.js';
import { start, stop, stopAll, usage } from './processes.js';
import { keepResults } from './results.js';
import { median } from './statistics.js';
import { startUpstream } from './upstream.js';

const USAGE = `npm run bench:scale [-- OPTIONS]
  --calls N       over which memory may grow; default 1000000
  --sessions N    idle WebSocket sessions; default 2000
  --keep          keeps the results for npm run bench:report`;

const values = readOptions(USAGE, {
  calls: { type: 'number', default: 1_000_000 },
  sessions: { type: 'number', default: 2000 },
  keep: { type: 'boolean', default: false },
});
const CELL = { size: '50 B', method: 'GET', inFlight: 64 };
const folder = mkdtempSync(join(tmpdir(), 'bench-scale-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const megabytes = (bytes) => bytes / 1e6;
const say = (what, value, unit, target) =>
  console.log(`${what.padEnd(58)} ${value.padStart(9)} ${unit.padEnd(3)} ${target}`);

async function startUp(procedures) {
  const times = [];
  for (let round = 0; round < 5; round++) {
    const gateway = await startCommand(folder, { procedures });
    times.push(gateway.readyMs);
    await stop(gateway);
  }
  return median(times);
}

async function openSessions(url, count) {
  const sockets = [];
  for (let index = 0; index < count; index++) {
    const socket = new WebSocket(url, 'wamp.2.json', { perMessageDeflate: false });
    await once(socket, 'open');
    socket.send('[1,"com.example.myrealm",{"roles":{"caller":{}}}]');
    await once(socket, 'message');
    sockets.push(socket);
  }
  return sockets;
}

/**
 * Measures the memory of a session that has joined and does nothing. It opens sessions twice and
 * counts only the second half, because with the first sessions V8's young generation grows by 25 MB
 * once.
 */
async function idle(count) {
  const gateway = await startCommand(folder, { procedures: 10 });
  await settled();
  const { rss } = usage([gateway.pid]);
  const sockets = await openSessions(gateway.url, count);
  await settled();
  const before = usage([gateway.pid]).rss;
  sockets.push(...(await openSessions(gateway.url, count)));
  await settled();
  const after = usage([gateway.pid]).rss;
  for (const socket of sockets) socket.terminate();
  await stop(gateway);
  return { rss, perSession: (after - before) / count };
}

/** Waits until the memory is stable after the work. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 1500));

/**
 * The number of calls after which the gateway is warm: the code is compiled, the young generation has
 * its final size, and malloc has the memory that it will use.
 */
const WARM_CALLS = 200_000;

/** The resident memory after a full garbage collection. */
async function kept({ child, pid }) {
  child.send('collect');
  await once(child, 'message');
  await settled();
  return usage([pid]).rss;
}

/**
 * Measures the memory that remains after many calls, and the maximum meanwhile. It reads the memory
 * before and after the calls, each time after a full garbage collection. The gateway must be warm
 * before the first reading. V8 collects the garbage of some hundred thousand calls at once. Without
 * a full collection, two readings could differ by tens of megabytes without any leak.
 */
async function growth(upstream, calls) {
  const gateway = await start('./gateway.js', [upstream.port, 64], { execArgv: ['--expose-gc'] });
  const load = await startLoad({ name: 'gateway', open: { way: 'wamp', url: gateway.ready.url } });
  let done = 0;
  let first;
  let peak = 0;
  while (first === undefined || done < first.calls + calls) {
    const result = await load.ask({ load: { ...CELL, seconds: 5 } });
    done += result.calls;
    peak = Math.max(peak, usage([gateway.pid]).rss);
    process.stderr.write(`\r${Math.round(done / 1000)}k of ${calls / 1000}k calls`);
    if (done >= WARM_CALLS) first ??= { calls: done, rss: await kept(gateway) };
  }
  process.stderr.write('\r\u001b[K');
  const grown = (await kept(gateway)) - first.rss;
  await stop(load);
  await stop(gateway);
  return { calls: done - first.calls, grown, peak };
}

/** Compares calls of one procedure with few and with many other procedures, in turns. */
async function manyProcedures(upstream, count) {
  const loads = [];
  for (const extra of [4, count]) {
    const gateway = await start('./gateway.js', [upstream.port, 64, extra]);
    loads.push(await startLoad({ name: `${extra}`, open: { way: 'wamp', url: gateway.ready.url } }));
  }
  const ratios = [];
  for (let round = 0; round < 7; round++) {
    const rates = [];
    for (const load of loads) {
      const { calls, seconds } = await load.ask({ load: { ...CELL, seconds: 1.5 } });
      rates.push(calls / seconds);
    }
    // The first round warms up.
    if (round > 0) ratios.push(rates[0] / rates[1]);
  }
  return median(ratios);
}

try {
  const few = await startUp(10);
  say('start to ready, 10 procedures', (few / 1000).toFixed(2), 's', '≤ 0.4');
  const many = await startUp(1000);
  say('start to ready, 1,000 procedures', (many / 1000).toFixed(2), 's', '≤ 1');
  const { rss, perSession } = await idle(Number(values.sessions));
  say('resident memory, idle', megabytes(rss).toFixed(0), 'MB', '≤ 90');
  say(`… of an idle WebSocket session, of ${values.sessions}`, (perSession / 1000).toFixed(1), 'KB', '≤ 12');
  const upstream = await startUpstream();
  const ratio = await manyProcedures(upstream, 100_000);
  say('time of a call, 100,000 procedures to 10', ratio.toFixed(2), '', '≤ 1.1');
  const { calls, grown, peak } = await growth(upstream, Number(values.calls));
  say(`… growth over ${calls.toLocaleString('en')} calls`, megabytes(grown).toFixed(1), 'MB', '≤ 5');
  say('… the most meanwhile, garbage and all', megabytes(peak).toFixed(0), 'MB', '');
  if (values.keep) {
    const sessions = Number(values.sessions);
    keepResults('scale', {
      startUpMs: { few, many },
      rss,
      perSession,
      sessions,
      manyProcedures: ratio,
      calls,
      grown,
      peak,
    });
  }
} finally {
  await stopAll();
}
