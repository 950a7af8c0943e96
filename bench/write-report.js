/** Writes docs/performance.md and its plot from the results of `--keep`: `npm run bench:report`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attachedSection, attachedTargets } from './attached-report.js';
import { nameOf } from './cells.js';
import { observationSection, observationTargets } from './observation-report.js';
import { openapiSection, openapiTargets } from './openapi-report.js';
import { plot } from './plot.js';
import { readResults } from './results.js';
import { median } from './statistics.js';

const ROOT = join(import.meta.dirname, '..');
const calls = readResults('calls');
const attached = readResults('attached');
const observation = readResults('observation');
const scale = readResults('scale');
const micro = readResults('micro');
const openapi = readResults('openapi');
if ([calls, attached, observation, scale, micro, openapi].includes(undefined)) {
  console.error('Run npm run bench, bench:scale, bench:micro and bench:openapi with `-- --keep` first.');
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

/** One row of the targets: a target of the project, the result, and whether the result reaches it. */
function target(what, reached, limit, isUpper = false) {
  if (reached === undefined || Number.isNaN(reached)) return [what, '–', limit, 'not measured'];
  const isWithin = (number) => (isUpper ? number <= limit : number >= limit);
  // A third digit is usually noise. It is shown if rounding to two digits would change the outcome.
  const short = reached.toFixed(2);
  const shown = isWithin(Number(short)) === isWithin(reached) ? short : reached.toFixed(3);
  return [what, shown, `${isUpper ? '≤' : '≥'} ${limit}`, isWithin(reached) ? 'reached' : '**missed**'];
}

const small = ['50 B', 'GET', 64];
/**
 * The ratio of the rates of two sides: the median of the ratios of all rounds. Rounds are compared
 * one by one, because the machine may be slower in one round than in another.
 */
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
/** The other requests for which the project has targets. Some of these targets are hard to reach. */
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
  ...attachedTargets(attached, target),
  ...observationTargets(observation, target),
  ...openapiTargets(openapi, target),
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

/** Groups the rows by cell. Map.groupBy exists only since Node.js 21. */
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
const versionsOf = (results) =>
  Object.entries({ ...results.versions, ...results.runtimes })
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
const text = (name) => readFileSync(join(import.meta.dirname, name), 'utf8').trim();
const markdown = `# Performance

This page shows what a call through the gateway costs. It compares the gateway with the same request sent by undici alone, and with callees that people
write without a gateway. The figures are from ${calls.date}, those of [attached gateways](#on-an-existing-router) from ${attached.date}, and those
of [observation](#observation) from ${observation.date}. They show the gateway's code of that day, and the versions of other software that the
sections list. They do not show later changes.

Rates depend on the machine, so compare only the ratios of one run. Each round measures all sides. The result is the median of the rounds.
\`npm run bench\` measures your machine.

![calls per second, as a ratio to undici alone](performance.svg)

## Targets

${table(['what', 'reached', 'target', ''], targets)}

"To" means a ratio: the gateway's figure divided by the figure of the other side. "Raw undici" means undici without a gateway. A row that begins with
"…" has the kind of target of the rows above it, for another request. The project's targets for p99 and for MessagePack and CBOR callers do not name a
request. So they apply to every measured request.

${text('remarks.md')}

The last row of the targets shows how much the resident memory of a warm gateway grows. The memory is read after a full garbage collection, before and
after the calls.${
  scale.peak === undefined
    ? ''
    : ` With its garbage, the gateway had at most ${count(scale.peak / 1e6)} MB meanwhile.`
}

## Calls

- Date and machine: ${about(calls)}.
- Upstream: ${calls.upstream}.
- Rounds: ${calls.rounds} rounds of ${calls.seconds} s for each side, in turns. The tables show medians. "±" is the distance of the rounds from the median.
- Processes: load, gateway and upstream are separate processes on the same machine.
- Configuration: the gateway has an OAuth2 token from its cache, headers, a path template, and the remaining kwargs as query.
- "CPU" is the processor time for each call.
- Versions: ${versionsOf(calls)}.

The tables for 1 MB have only undici and the gateway, because some of the other sides take ten seconds for 64 responses of this size.

${[...byCell].map(([name, rows]) => tableOfCell(name, rows)).join('\n\n')}

${attachedSection(
  attached,
  `Date and machine: ${about(attached)}. Versions: ${versionsOf(attached)}.`,
  text('attached-remarks.md'),
  table,
)}

${observationSection(
  observation,
  `Date and machine: ${about(observation)}.`,
  text('observation-remarks.md'),
  table,
)}

${openapiSection(openapi, `Date and machine: ${about(openapi)}.`, table)}

## Steps

The tables show the time of single steps inside the process. Date and machine: ${about(micro)}.

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
npm run bench                  # measures calls, attached gateways, and observation; takes some minutes, or one minute with -- --quick
npm run bench:scale            # measures start-up time, memory, and many procedures
npm run bench:micro            # measures single steps
npm run bench:openapi          # measures procedures of an OpenAPI document
\`\`\`

The upstream is nginx if it is installed. With \`-- --keep\` each command saves its results. \`npm run bench:report\` writes this page from them.
`;

writeFileSync(join(ROOT, 'docs', 'performance.md'), markdown);
writeFileSync(join(ROOT, 'docs', 'performance.svg'), plot(byCell));
console.log(table(['what', 'reached', 'target', ''], targets));
