/**
 * What a call through the gateway costs beside the same request sent directly, and beside what people write who have no
 * gateway: all of it in turns in one run, each side in processes of its own. Quote the ratios: rates depend on the machine.
 *
 *   npm run bench [-- --quick] [--rounds 5] [--seconds 1.5] [--only gateway,raw] [--keep]
 *
 * --quick ends within a minute; --only takes the sides whose names begin so; --keep keeps the results for bench:report.
 */
import { parseArgs } from 'node:util';
import { CELLS, nameOf, QUICK_CELLS } from './cells.js';
import { startLoad } from './loads.js';
import { stopAll, usage } from './processes.js';
import { createReport } from './report.js';
import { keepResults } from './results.js';
import { startSides } from './sides/sides.js';
import { startUpstream } from './upstream.js';

const CONNECTIONS = 64;
/** Seconds at the begin of each turn that are not measured: meanwhile others had the machine, its caches and its memory. */
const LEAD_IN = 0.3;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    only: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 3 : 5));
const seconds = Number(values.seconds ?? (values.quick ? 0.6 : 1.5));

/** One measurement, with what the processes used meanwhile. */
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

try {
  const upstream = await startUpstream();
  const wanted = values.only?.split(',');
  /** Whether a side is among those whose keys begin so; where none are named, all are. */
  const isAmong = ({ key }, begins) => begins?.some((begin) => key.startsWith(begin)) !== false;
  const ownOnly = wanted?.every((begin) => /^(raw|gateway)/.test(begin)) ?? values.quick;
  const sides = await startSides(upstream, { connections: CONNECTIONS, peers: !ownOnly });
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
  if (values.keep) keepResults('calls', { upstream: upstream.name, rounds, seconds, rows: report.rows });
} finally {
  await stopAll();
}
