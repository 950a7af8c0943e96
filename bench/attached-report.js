/** The section of docs/performance.md about attached gateways, and its targets. */
import { median } from './statistics.js';

const SMALL = ({ cell }) => cell.share === undefined;
const AT_HALF = ({ cell }) => cell.share !== undefined;

/** The median of the ratios of all rounds, for the same reason as in report.js. */
function ratioOf(rows, isCell, key, side, other) {
  const find = (wanted) => rows.find((row) => isCell(row) && row.side === wanted)?.[key];
  const [rounds, others] = [find(side), find(other)];
  if (rounds === undefined || others === undefined) return undefined;
  return median(rounds.map((value, round) => value / others[round]));
}

/**
 * @param {(what: string, reached: number | undefined, limit: number, isUpper?: boolean) => string[]} target
 *   makes a row of the targets
 */
export function attachedTargets({ rows, memory }, target) {
  const rate = (side, other) => ratioOf(rows, SMALL, 'perRound', side, other);
  const cpu = (side) => ratioOf(rows, SMALL, 'calleePerRound', side, 'gateway json');
  const p99 = (side) => ratioOf(rows, AT_HALF, 'p99PerRound', side, 'raw');
  return [
    target(
      'attached to nexus, calls/s to a wampy + undici callee there',
      rate('attached to nexus', 'undici on nexus'),
      2,
    ),
    target('attached to Crossbar.io, calls/s to its REST callee', rate('attached to crossbar', 'rest'), 3.5),
    target(
      'attached to our router, CPU of the gateway for each call, to a gateway with its own router',
      cpu('attached to ours'),
      1.3,
      true,
    ),
    target('… two gateways', cpu('attached ×2 to ours'), 1.3, true),
    target(
      'p99 to raw undici, each at half of its capacity: gateway with its own router',
      p99('gateway json'),
      1.5,
      true,
    ),
    target('… attached to our router', p99('attached to ours'), 1.5, true),
    target('… two gateways attached to our router', p99('attached ×2 to ours'), 1.5, true),
    target('… attached to nexus', p99('attached to nexus'), 1.5, true),
    target('… attached to Crossbar.io', p99('attached to crossbar'), 1.5, true),
    target('resident memory of an attached gateway, idle, MB', memory && memory.idle / 1e6, 80, true),
  ];
}

/** A row of the tables. "Busy" is the number of processors that a group of processes keeps busy. */
function cells({ name, perSecond, spread, ratio, p50, p99, cpu, rss }) {
  const groups = [cpu.load, cpu.router, cpu.callee, cpu.upstream];
  const busy = (micros) => ((micros * perSecond) / 1e6).toFixed(2);
  const known = cpu.load !== undefined;
  return [
    name,
    Math.round(perSecond).toLocaleString('en'),
    `${spread.toFixed(0)} %`,
    ratio.toFixed(2),
    p50.toFixed(2),
    p99.toFixed(2),
    known ? groups.map(Math.round).join(' + ') : '–',
    known ? `${busy(cpu.router)} of ${busy(groups.reduce((sum, micros) => sum + micros, 0))}` : '–',
    rss === undefined || rss === 0 ? '–' : `${Math.round(rss / 1e6)}`,
  ];
}

/**
 * @param {string} about date, machine and versions of the run
 * @param {string} remarks what the figures mean
 * @param {(heads: string[], rows: string[][]) => string} table
 */
export function attachedSection({ rows, rounds, seconds, upstream }, about, remarks, table) {
  const heads = [
    '',
    'calls/s',
    '±',
    'to raw',
    'p50 ms',
    'p99 ms',
    'CPU µs: load + router + callee + upstream',
    'busy: router of all',
    'MB',
  ];
  return `## On an existing router

The tables show gateways that joined a router in another process, and callees that people write for the same routers. GET 50 B.

- ${about}
- Upstream: ${upstream}. ${rounds} rounds of ${seconds} s for each side, in turns. The tables show medians.
- Our router: gateways join over a Unix socket, the caller over a WebSocket. With two gateways, both share the calls.
- nexus and Crossbar.io: gateways and caller join over a WebSocket.
- "CPU" is the processor time for each call. The router has its own figure if it is a process of its own. The REST callee is a part of Crossbar.io, so both
  are one figure.
- "Busy" is the number of processors that the router kept busy, of all that the processes kept busy.

### 64 in flight

${table(heads, rows.filter(SMALL).map(cells))}

### At half of the capacity

The caller starts calls at a fixed rate: half of what the side reaches in the first table. It starts them whether earlier calls have ended or not, so a
slow response does not slow the caller (open loop). Latencies count from the time at which the schedule starts a call. The caller starts all due calls
about once a millisecond, so each latency includes up to about a millisecond of this timer, on all sides.

${table(heads, rows.filter(AT_HALF).map(cells))}

${remarks}`;
}
