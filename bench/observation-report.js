/** The section of docs/performance.md about metrics, traces and scrapes, and its targets. */
import { median } from './statistics.js';

/** The median of the ratios of all rounds, for the same reason as in report.js. */
function ratioOf(rows, side) {
  const perRound = (key) => rows.find((row) => row.side === key).perRound;
  const off = perRound('off');
  return median(perRound(side).map((rate, round) => rate / off[round]));
}

/**
 * @param {(what: string, reached: number | undefined, limit: number, isUpper?: boolean) => string[]} target
 *   makes a row of the targets
 */
export function observationTargets({ rows, scrape }, target) {
  return [
    target('calls/s with metrics to without, GET 50 B, 64 in flight', ratioOf(rows, 'metrics'), 0.95),
    target('… with metrics, traces of all calls, and a log line for each call', ratioOf(rows, 'all'), 0.95),
    target('a scrape of 1,000 procedures, ms', scrape.scrapeMs, 100, true),
    target('… how much longer the slowest call takes, ms', scrape.worstMs - scrape.worstAloneMs, 20, true),
  ];
}

/**
 * @param {string} about date, machine and versions of the run
 * @param {string} remarks what the figures mean
 * @param {(heads: string[], rows: string[][]) => string} table
 */
export function observationSection({ rows, scrape, rounds, seconds, upstream }, about, remarks, table) {
  const heads = ['', 'calls/s', '±', 'to off', 'p50 ms', 'p99 ms', 'CPU µs of the gateway', 'MB'];
  const cells = rows.map(({ side, name, perSecond, spread, p50, p99, cpu, rss }) => [
    name,
    Math.round(perSecond).toLocaleString('en'),
    `${spread.toFixed(0)} %`,
    ratioOf(rows, side).toFixed(2),
    p50.toFixed(2),
    p99.toFixed(2),
    cpu.callee === undefined ? '–' : `${Math.round(cpu.callee)}`,
    rss === undefined || rss === 0 ? '–' : `${Math.round(rss / 1e6)}`,
  ]);
  const { procedures, bytes, scrapeMs, firstMs, worstMs, firstWorstMs, worstAloneMs } = scrape;
  const ms = (number) => `${number.toFixed(1)} ms`;
  return `## Observation

The table shows the same gateway with its own router, observed in several ways. GET 50 B, 64 in flight.

- ${about}
- Upstream: ${upstream}. ${rounds} rounds of ${seconds} s for each side, in turns. The table shows medians.
- "Metrics": the gateway has an admin listener. "Traces": it sends spans to a collector on the same machine, which drops them.

${table(heads, cells)}

A scrape of a gateway with ${procedures.toLocaleString('en')} procedures, at 2,000 calls/s:

${table(
  ['', 'median', 'the first scrape'],
  [
    ['time of the scrape', ms(scrapeMs), ms(firstMs)],
    ['slowest call within a second with a scrape', ms(worstMs), ms(firstWorstMs)],
    ['slowest call within a second without a scrape', ms(worstAloneMs), '–'],
    ['size of the text', `${(bytes / 1e6).toFixed(1)} MB`, '–'],
  ],
)}

${remarks}`;
}
