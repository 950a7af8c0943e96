/** Writes docs/performance.md and its plot from what `--keep` has kept: `npm run bench:report`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf } from './cells.js';
import { plot } from './plot.js';
import { readResults } from './results.js';
import { median } from './statistics.js';

const ROOT = join(import.meta.dirname, '..');
const calls = readResults('calls');
const scale = readResults('scale');
const micro = readResults('micro');
if (calls === undefined || scale === undefined || micro === undefined) {
  console.error('Run npm run bench, bench:scale and bench:micro with `-- --keep` first.');
  process.exit(1);
}

const count = (number) => Math.round(number).toLocaleString('en');
const table = (heads, rows) =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const row = (size, method, inFlight, side) =>
  calls.rows.find(
    ({ cell, side: key }) =>
      cell.size === size && cell.method === method && cell.inFlight === inFlight && key === side,
  );
const rate = (...cell) => row(...cell)?.perSecond;

/** A target of the project, what was reached, and whether that is enough. */
function target(what, reached, limit, isUpper = false) {
  if (reached === undefined || Number.isNaN(reached)) return [what, '–', limit, 'not measured'];
  const isWithin = (number) => (isUpper ? number <= limit : number >= limit);
  // A third digit is noise, and is shown where it decides.
  const short = reached.toFixed(2);
  const shown = isWithin(Number(short)) === isWithin(reached) ? short : reached.toFixed(3);
  return [what, shown, `${isUpper ? '≤' : '≥'} ${limit}`, isWithin(reached) ? 'reached' : '**missed**'];
}

const small = ['50 B', 'GET', 64];
/** One side's rate to another's, round by round: the machine may be slower in one than in another. Of those rounds the median. */
function ratio(cell, side, other) {
  const [rounds, others] = [row(...cell, side)?.perRound, row(...cell, other)?.perRound];
  if (rounds === undefined || others === undefined) return undefined;
  return median(rounds.map((perSecond, round) => perSecond / others[round]));
}
/** The router on which a handwritten callee is fastest. */
function fastest(client) {
  const sides = ['ours', 'nexus', 'crossbar'].map((router) => `${client} on ${router}`);
  return sides.sort((one, other) => (rate(...small, other) ?? 0) - (rate(...small, one) ?? 0))[0];
}
/** The calls for which the project has set a target, and others for which it would be hard to reach. */
const OTHERS = [
  ['50 B', 'POST', 64],
  ['10 KB', 'GET', 64],
  ['10 KB', 'POST', 64],
  ['1 MB', 'GET', 64],
  ['1 MB', 'POST', 64],
];
const cellName = ([size, method]) => `${method} ${size}`;
const toJson = (cell, serializer) => ratio(cell, `gateway ${serializer}`, 'gateway json');
const p99ToRaw = (cell) => row(...cell, 'gateway json').p99 / row(...cell, 'raw').p99;
const toJsonTargets = (name, serializer) => [
  target(`${name} caller to JSON caller, GET 50 B`, toJson(small, serializer), 0.8),
  ...OTHERS.map((cell) => target(`… ${cellName(cell)}`, toJson(cell, serializer), 0.8)),
];
const targets = [
  target('calls/s to raw undici, GET 50 B, 64 in flight', row(...small, 'gateway json').ratio, 0.7),
  target('… POST 50 B', row('50 B', 'POST', 64, 'gateway json').ratio, 0.7),
  target('… GET 10 KB', row('10 KB', 'GET', 64, 'gateway json').ratio, 0.7),
  target('… GET 1 MB', row('1 MB', 'GET', 64, 'gateway json').ratio, 0.8),
  target('… POST 10 KB', row('10 KB', 'POST', 64, 'gateway json').ratio, 0.7),
  target('… POST 1 MB', row('1 MB', 'POST', 64, 'gateway json').ratio, 0.8),
  target(
    'calls/s to a wampy + undici callee, on the fastest router',
    ratio(small, 'gateway json', fastest('undici')),
    1.8,
  ),
  target(
    'calls/s to a wampy + fetch callee, on the fastest router',
    ratio(small, 'gateway json', fastest('fetch')),
    4.5,
  ),
  target('calls/s to the REST callee of Crossbar.io', ratio(small, 'gateway json', 'rest'), 30),
  target('p99 to raw undici, GET 50 B, 64 in flight', p99ToRaw(small), 2, true),
  ...OTHERS.map((cell) => target(`… ${cellName(cell)}`, p99ToRaw(cell), 2, true)),
  ...toJsonTargets('MessagePack', 'msgpack'),
  ...toJsonTargets('CBOR', 'cbor'),
  target('time of a call, 100,000 procedures to 10', scale.manyProcedures, 1.1, true),
  target('start to ready, 10 procedures, s', scale.startUpMs.few / 1000, 0.4, true),
  target('start to ready, 1,000 procedures, s', scale.startUpMs.many / 1000, 1, true),
  target('resident memory idle, MB', scale.rss / 1e6, 90, true),
  target('… of an idle WebSocket session, KB', scale.perSession / 1000, 12, true),
  target(`… growth over ${count(scale.calls)} calls, MB`, scale.grown / 1e6, 5, true),
];

function tableOfCell(name, rows) {
  const heads = ['', 'calls/s', '±', 'to raw', 'p50 ms', 'p99 ms', 'CPU µs: load + between + upstream', 'MB'];
  const cpu = ({ load, between, upstream }) =>
    load === undefined ? '–' : [load, between, upstream].map(Math.round).join(' + ');
  const cells = rows.map((one) => [
    one.name,
    count(one.perSecond),
    `${one.spread.toFixed(0)} %`,
    one.ratio.toFixed(2),
    one.p50.toFixed(2),
    one.p99.toFixed(2),
    cpu(one.cpu),
    one.rss === undefined || one.rss === 0 ? '–' : count(one.rss / 1e6),
  ]);
  return `### ${name}\n\n${table(heads, cells)}`;
}

/** Map.groupBy is there from Node 21 on. */
function groupByCell() {
  const groups = new Map();
  for (const one of calls.rows) {
    const name = nameOf(one.cell);
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return groups;
}
const byCell = groupByCell();

const about = ({ date, machine, node }) => `${date}, ${machine}, Node.js ${node.slice(1)}`;
const versions = Object.entries({ ...calls.versions, ...calls.runtimes })
  .map(([name, version]) => `${name} ${version}`)
  .join(', ');
const remarks = readFileSync(join(import.meta.dirname, 'remarks.md'), 'utf8').trim();
const markdown = `# Performance

What a call through the gateway costs, compared with the same request by undici alone, and with what people write without a gateway. Rates
depend on the machine, so look at the ratios of one run: each round measures all sides, and the median of the rounds counts. \`npm run bench\` measures your machine.

![calls per second, each to those of undici alone](performance.svg)

## Targets

${table(['what', 'reached', 'target', ''], targets)}

The targets for p99 and for comparing callers name no request, so they apply to each request that is measured.

${remarks}

The growth is that of a warm gateway's resident memory, read after a full collection at both ends${
  scale.peak === undefined ? '' : `; with its garbage it had ${count(scale.peak / 1e6)} MB at most meanwhile`
}.

## Calls

${about(calls)}; upstream: ${calls.upstream}; ${calls.rounds} rounds of ${calls.seconds} s for each side, in turns; medians, and how far the rounds
lie from them. Load, gateway and upstream are processes of their own on the same machine. The gateway has a complete configuration: an OAuth2
token from its cache, headers, a path template, the remaining kwargs as query. "CPU" is processor time for each call. Versions:
${versions}. The others are left out at 1 MB, as some take ten seconds for 64 of them.

${[...byCell].map(([name, rows]) => tableOfCell(name, rows)).join('\n\n')}

## Steps

${about(micro)}: what single steps cost inside the process.

${micro.groups
  .map(({ title, steps }) =>
    table(
      [title, 'ns'],
      steps.map(({ name, nanos }) => [name, count(nanos)]),
    ),
  )
  .join('\n\n')}

## Run it

\`\`\`sh
npm run bench:peers            # installs nexus and Crossbar.io into node_modules/.cache, if Go and Python are installed
npm run bench                  # some minutes; -- --quick ends within one
npm run bench:scale            # start-up, memory, many procedures
npm run bench:micro            # single steps
\`\`\`

nginx is the upstream if it is installed. With \`-- --keep\` each command saves its results, and \`npm run bench:report\` writes this page from them.
`;

writeFileSync(join(ROOT, 'docs', 'performance.md'), markdown);
writeFileSync(join(ROOT, 'docs', 'performance.svg'), plot(byCell));
console.log(table(['what', 'reached', 'target', ''], targets));
