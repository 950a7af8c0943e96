/** How long a scrape takes, and how long calls wait for it. */
import { startLoad } from './loads.js';
import { start, stop } from './processes.js';
import { median } from './statistics.js';

/** The procedures of bench/gateway.js besides these. */
const OWN_PROCEDURES = 6;
/** A rate at which the gateway is not busy, so that calls wait only for the scrape. */
const PER_SECOND = 2000;
/** Each load takes this long. The scrape comes in the middle. */
const SECONDS = 1;

/**
 * Compares loads with and without one scrape, in turns.
 *
 * @returns {Promise<{ procedures: number, bytes: number, scrapeMs: number, worstMs: number, worstAloneMs: number, rounds: number }>}
 *   medians of all rounds. "Worst" is the slowest call of a load.
 */
export async function measureScrapes({ port }, { procedures, rounds }) {
  const args = [port, 64, procedures - OWN_PROCEDURES, '', JSON.stringify({ metrics: true })];
  const gateway = await start('./gateway.js', args);
  const load = await startLoad({ name: 'scrape', open: { way: 'wamp', url: gateway.ready.url } });
  const run = () =>
    load.ask({ load: { size: '50 B', method: 'GET', perSecond: PER_SECOND, seconds: SECONDS } });
  let bytes = 0;

  async function scrape() {
    const begun = performance.now();
    const response = await fetch(`${gateway.ready.admin}/metrics`);
    bytes = (await response.arrayBuffer()).byteLength;
    return performance.now() - begun;
  }

  async function runWithScrape() {
    const running = run();
    await new Promise((resolve) => setTimeout(resolve, (SECONDS * 1000) / 2));
    const scrapeMs = await scrape();
    return { scrapeMs, worst: (await running).worst };
  }

  // Not measured: V8 compiles the code of calls, and loads fetch.
  await run();
  await fetch(`${gateway.ready.admin}/livez`);
  const results = [];
  for (let round = 0; round < rounds; round++) {
    const { worst: alone } = await run();
    results.push({ ...(await runWithScrape()), alone });
  }
  await stop(load);
  await stop(gateway);
  const of = (key) => median(results.map((result) => result[key]));
  return {
    procedures,
    bytes,
    firstMs: results[0].scrapeMs,
    firstWorstMs: results[0].worst,
    scrapeMs: of('scrapeMs'),
    worstMs: of('worst'),
    worstAloneMs: of('alone'),
    rounds,
  };
}
