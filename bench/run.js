/**
 * Compares a call through the gateway with the same request sent directly, and with the callees that
 * people write without a gateway. One run measures all sides of a part in turns. Each side has its
 * own processes. Quote the ratios, because rates depend on the machine.
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
import { measureScrapes } from './scrape.js';
import { startAttachedSides, startIdleGateway } from './sides/attached.js';
import { startObservedSides } from './sides/observation.js';
import { startSides } from './sides/sides.js';
import { startUpstream } from './upstream.js';

const CONNECTIONS = 64;
/**
 * The first seconds of each turn are not measured. Before, another side used the machine, its caches
 * and its memory.
 */
const LEAD_IN = 0.3;

const USAGE = `npm run bench [-- OPTIONS]
  --part NAME     measures one part; default all
                    calls: the gateway with its own router, and handwritten callees
                    attached: the gateway attached to other routers, and latencies at half of the capacity
                    observation: the gateway with and without metrics and traces, and the time of a scrape
  --quick         takes one minute: raw undici and the gateway, GET of 50 B and 10 KB, 64 in flight
  --rounds N      the rounds for each side and cell; default 5, with --quick 3
  --seconds N     the length of each round; default 1.5, with --quick 0.6
  --only A,B      measures only sides whose keys begin with one of these texts, as in raw,gateway;
                  without --part in the part calls
  --keep          saves the results for npm run bench:report; allowed only for whole parts`;

const values = readOptions(USAGE, {
  part: { type: 'string' },
  quick: { type: 'boolean', default: false },
  rounds: { type: 'number' },
  seconds: { type: 'number' },
  only: { type: 'string' },
  keep: { type: 'boolean', default: false },
});
const rounds = Math.ceil(values.rounds ?? (values.quick ? 3 : 5));
const seconds = values.seconds ?? (values.quick ? 0.6 : 1.5);
if (values.keep && (values.quick || values.only !== undefined))
  refuse('--keep keeps whole parts, not a run with --quick or --only.', USAGE);
if (values.only === '') refuse('--only names no side.', USAGE);
if (values.part !== undefined && !(values.part in CELLS)) {
  refuse(`--part: there is no part "${values.part}".`, USAGE);
}
const isOneOfAll = values.part === undefined && !values.quick && values.only === undefined;
const parts = isOneOfAll ? Object.keys(CELLS) : [values.part ?? 'calls'];
const wanted = values.only?.split(',');
const isOwnOnly = wanted?.every((begin) => /^(raw|gateway)/.test(begin)) ?? values.quick;

/** One measurement, with the processor time and memory of the processes. */
async function measureOnce({ side, pid, ask }, cell, upstream) {
  await ask({ load: { ...cell, seconds: LEAD_IN } });
  const { routers, callees } = side;
  const groups = {
    load: [pid],
    between: [...routers, ...callees],
    router: routers,
    callee: callees,
    upstream: [upstream.pid],
  };
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
function leftOut(sides) {
  const lines = [];
  if (values.quick) lines.push('POST, 1 MB, 1 and 256 in flight (--quick)');
  if (isOwnOnly) return [...lines, 'handwritten callees, and routers of others (--quick or --only)'];
  const has = (router) => sides.some(({ key }) => key.endsWith(` ${router}`));
  if (!has('nexus')) lines.push(`nexus ${NEXUS_VERSION} (not installed: npm run bench:peers)`);
  if (!has('crossbar'))
    lines.push(`Crossbar.io ${CROSSBAR_VERSION} and its REST callee (not installed: npm run bench:peers)`);
  return lines;
}

/** Whether the run includes a side: its key begins with one of the given texts, or none is given. */
const isAmong = ({ key }, begins) => begins?.some((begin) => key.startsWith(begin)) !== false;

const START = {
  calls: (upstream) => startSides(upstream, { connections: CONNECTIONS, peers: !isOwnOnly }),
  attached: (upstream) => startAttachedSides(upstream, { connections: CONNECTIONS }),
  observation: (upstream) => startObservedSides(upstream, { connections: CONNECTIONS }),
};

async function measurePart(part) {
  const upstream = await startUpstream();
  const sides = await START[part](upstream);
  for (const begin of wanted ?? []) {
    if (sides.some(({ key }) => key.startsWith(begin))) continue;
    await stopAll();
    refuse(
      `--only: no side begins with "${begin}". There are: ${sides.map(({ key }) => key).join(', ')}.`,
      USAGE,
    );
  }
  const readMemory = part === 'attached' ? await startIdleGateway() : undefined;
  console.log(`Upstream: ${upstream.name}. ${rounds} rounds of ${seconds} s for each side, in turns.`);
  console.log('CPU per call: load + router of its own + gateway or callee + upstream.');
  if (part !== 'observation') for (const line of leftOut(sides)) console.log(`Left out: ${line}`);
  const loads = await Promise.all(sides.filter((side) => isAmong(side, wanted)).map(startLoad));
  const report = createReport(
    loads.map(({ side }) => side),
    part === 'observation' ? 'off' : 'raw',
  );
  const cells = part === 'calls' && values.quick ? QUICK_CELLS : CELLS[part];
  for (const cell of cells) {
    console.log(`\n${nameOf(cell)}`);
    const measured = loads.filter(({ side }) => isAmong(side, cell.only));
    const results = new Map(measured.map(({ side }) => [side.key, []]));
    const loadOf = ({ side }) =>
      cell.share === undefined ? cell : { ...cell, perSecond: cell.share * report.rate(cell.of, side.key) };
    // The first cell also warms the processes up: V8 compiles their code.
    const warmUp = cell === cells[0] ? 2 * seconds : seconds / 2;
    for (const load of measured) await load.ask({ load: { ...loadOf(load), seconds: warmUp } });
    for (let round = 0; round < rounds; round++) {
      for (const load of measured) {
        results.get(load.side.key).push(await measureOnce(load, loadOf(load), upstream));
      }
    }
    report.add(cell, results);
  }
  const memory = readMemory?.();
  if (memory !== undefined) {
    const [started, idle] = [memory.started, memory.idle].map((bytes) => (bytes / 1e6).toFixed(1));
    console.log(`\nResident memory of an attached gateway: ${started} MB after the start, ${idle} MB idle`);
  }
  const scrape =
    part === 'observation'
      ? await measureScrapes(upstream, { procedures: 1000, rounds: 2 * rounds })
      : undefined;
  if (scrape !== undefined) {
    const ms = (number) => `${number.toFixed(1)} ms`;
    console.log(`\nA scrape with ${scrape.procedures} procedures, ${(scrape.bytes / 1e6).toFixed(1)} MB`);
    console.log(`  time: ${ms(scrape.scrapeMs)}; the first one ${ms(scrape.firstMs)}`);
    console.log(
      `  the slowest call meanwhile: ${ms(scrape.worstMs)}; without a scrape ${ms(scrape.worstAloneMs)}`,
    );
  }
  if (values.keep) {
    const { rows } = report;
    keepResults(part, {
      upstream: upstream.name,
      rounds,
      seconds,
      runtimes: peerRuntimes(),
      rows,
      memory,
      scrape,
    });
  }
}

try {
  for (const part of parts) {
    await measurePart(part);
    await stopAll();
  }
} finally {
  await stopAll();
}
