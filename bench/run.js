/**
 * Compares a call through the gateway with the same request sent directly, and with the callees that
 * people write without a gateway. One run measures all sides in turns. Each side has its own
 * processes. Quote the ratios, because rates depend on the machine.
 *
 *   npm run bench -- --help
 */
import { CELLS, nameOf, QUICK_CELLS } from './cells.js';
import { startLoad } from './loads.js';
import { readOptions, refuse } from './options.js';
import { CROSSBAR_VERSION, NEXUS_VERSION, peerRuntimes } from './peers/places.js';
import { stopAll, usage } from './processes.js';
import { createReport } from './report.js';
import { keepResults } from './results.js';
import { startSides } from './sides/sides.js';
import { startUpstream } from './upstream.js';

const CONNECTIONS = 64;
/**
 * The first seconds of each turn are not measured. Before, another side used the machine, its caches
 * and its memory.
 */
const LEAD_IN = 0.3;

const USAGE = `npm run bench [-- OPTIONS]
    --quick         takes one minute: raw undici and the gateway, GET of 50 B and 10 KB, 64 in flight
  --rounds N      the rounds for each side and cell; default 5, with --quick 3
  --seconds N     the length of each round; default 1.5, with --quick 0.6
  --only A,B      measures only sides whose keys begin with one of these texts, as in raw,gateway
  --keep          saves the results for npm run bench:report; allowed only for a whole run`;

const values = readOptions(USAGE, {
  quick: { type: 'boolean', default: false },
  rounds: { type: 'number' },
  seconds: { type: 'number' },
  only: { type: 'string' },
  keep: { type: 'boolean', default: false },
});
const rounds = Math.ceil(values.rounds ?? (values.quick ? 3 : 5));
const seconds = values.seconds ?? (values.quick ? 0.6 : 1.5);
if (values.keep && (values.quick || values.only !== undefined))
  refuse('--keep keeps a whole run, not one with --quick or --only.', USAGE);
if (values.only === '') refuse('--only names no side.', USAGE);

/** One measurement, with the processor time and memory of the processes. */
async function measureOnce({ side, pid, ask }, cell, upstream) {
  await ask({ load: { ...cell, seconds: LEAD_IN } });
  const groups = { load: [pid], between: side.pids, upstream: [upstream.pid] };
  const before = Object.values(groups).map(usage);
  const result = await ask({ load: { ...cell, seconds } });
  const after = Object.values(groups).map(usage);
  const cpu = Object.fromEntries(
    Object.keys(groups).map((group, index) => [
      group,
      after[index] && ((after[index].cpuMs - before[index].cpuMs) * 1000) / result.calls,
    ]),
  );
  return { ...result, perSecond: result.calls / result.seconds, cpu, rss: after[1]?.rss };
}

/** Lists what this run does not measure, and why. */
function leftOut(sides, ownOnly) {
  const lines = [];
  if (values.quick) lines.push('POST, 1 MB, 1 and 256 in flight (--quick)');
  if (ownOnly) return [...lines, 'handwritten callees, and routers of others (--quick or --only)'];
  const has = (router) => sides.some(({ key }) => key.endsWith(` ${router}`));
  if (!has('nexus')) lines.push(`nexus ${NEXUS_VERSION} (not installed: npm run bench:peers)`);
  if (!has('crossbar'))
    lines.push(`Crossbar.io ${CROSSBAR_VERSION} and its REST callee (not installed: npm run bench:peers)`);
  return lines;
}

try {
  const upstream = await startUpstream();
  const wanted = values.only?.split(',');
  /** Whether the run includes a side: its key begins with one of the given texts, or none is given. */
  const isAmong = ({ key }, begins) => begins?.some((begin) => key.startsWith(begin)) !== false;
  const ownOnly = wanted?.every((begin) => /^(raw|gateway)/.test(begin)) ?? values.quick;
  const sides = await startSides(upstream, { connections: CONNECTIONS, peers: !ownOnly });
  for (const begin of wanted ?? []) {
    if (sides.some(({ key }) => key.startsWith(begin))) continue;
    await stopAll();
    refuse(
      `--only: no side begins with "${begin}". There are: ${sides.map(({ key }) => key).join(', ')}.`,
      USAGE,
    );
  }
  console.log(`Upstream: ${upstream.name}. ${rounds} rounds of ${seconds} s for each side, in turns.`);
  for (const line of leftOut(sides, ownOnly)) console.log(`Left out: ${line}`);
  const loads = await Promise.all(sides.filter((side) => isAmong(side, wanted)).map(startLoad));
  const report = createReport(loads.map(({ side }) => side));
  for (const cell of values.quick ? QUICK_CELLS : CELLS) {
    console.log(`\n${nameOf(cell)}`);
    const measured = loads.filter(({ side }) => isAmong(side, cell.only));
    const results = new Map(measured.map(({ side }) => [side.key, []]));
    for (const load of measured) await load.ask({ load: { ...cell, seconds: seconds / 2 } });
    for (let round = 0; round < rounds; round++) {
      for (const load of measured) results.get(load.side.key).push(await measureOnce(load, cell, upstream));
    }
    report.add(cell, results);
  }
  if (values.keep) {
    const { rows } = report;
    keepResults('calls', { upstream: upstream.name, rounds, seconds, runtimes: peerRuntimes(), rows });
  }
} finally {
  await stopAll();
}
