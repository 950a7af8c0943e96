/**
 * What the console costs: the gateway's processor time for each open page, the first paint, and the memory of a tab that
 * stays open. Prints a table.
 *
 *   npm run bench:console -- [--minutes N]
 */
import { existsSync, readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { startLoad } from './loads.js';
import { readOptions } from './options.js';
import { start, stopAll, usage } from './processes.js';
import { median } from './statistics.js';
import { startUpstream } from './upstream.js';

const USAGE = `npm run bench:console -- [OPTIONS]
  --minutes N     how long a tab stays open for its memory; default 10
  --rounds N      rounds with and without pages; default 3`;
const values = readOptions(USAGE, { minutes: { type: 'number' }, rounds: { type: 'number' } });
const minutes = values.minutes ?? 10;
const rounds = Math.ceil(values.rounds ?? 3);

const PROCEDURES = 1000;
/** The procedures of bench/gateway.js besides these. */
const OWN_PROCEDURES = 6;
const CALLS_PER_SECOND = 1000;
/** Pages that are open at the same time, so that their cost is larger than the noise. */
const PAGES = 5;
const TURN_MS = 5000;
const PLACES = ['#/', '#/services/billing', '#/procedures', '#/live', '#/router', '#/configuration'];

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));

/** The processor time of a process in this time, as a share of one core. */
async function shareOf(pid, ms) {
  const before = usage([pid]).cpuMs;
  await wait(ms);
  return (usage([pid]).cpuMs - before) / ms;
}

/** The memory that a process has for itself, in bytes: proc(5), RssAnon. Chromium calls it the footprint of a tab. */
const ownMemory = (pid) =>
  1024 * Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

async function openPages(browser, url, count) {
  const pages = await Promise.all(Array.from({ length: count }, () => browser.newPage()));
  await Promise.all(pages.map((page) => page.goto(url)));
  await Promise.all(pages.map((page) => page.getByRole('heading', { level: 1 }).waitFor()));
  return pages;
}

const closeAll = (pages) => Promise.all(pages.map((page) => page.close()));

async function firstPaint(browser, url) {
  const [page] = await openPages(browser, url, 1);
  const ms = await page.evaluate(
    "performance.getEntriesByType('paint').find(({ name }) => name === 'first-contentful-paint').startTime",
  );
  await page.close();
  return ms;
}

let browser;
try {
  const upstream = await startUpstream();
  const args = [upstream.port, 64, PROCEDURES - OWN_PROCEDURES, '', JSON.stringify({ metrics: true })];
  const gateway = await start('./gateway.js', args);
  const { url, admin } = gateway.ready;
  const load = await startLoad({ name: 'console', open: { way: 'wamp', url } });
  let isLoaded = true;
  const loaded = (async () => {
    while (isLoaded)
      await load.ask({ load: { size: '50 B', method: 'GET', perSecond: CALLS_PER_SECOND, seconds: 1 } });
  })();
  browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ['--no-sandbox'] });
  const base = admin.replace(/\/$/, '');

  console.log(
    `${PROCEDURES} procedures, ${CALLS_PER_SECOND} calls/s, ${rounds} rounds of ${TURN_MS / 1000} s.\n`,
  );
  console.log('page                 first paint   cost to the gateway of one open page, % of a core');
  for (const place of PLACES) {
    const paints = [];
    const costs = [];
    for (let round = 0; round < rounds; round++) {
      paints.push(await firstPaint(browser, `${base}/${place}`));
      const alone = await shareOf(gateway.pid, TURN_MS);
      const pages = await openPages(browser, `${base}/${place}`, PAGES);
      await wait(1000);
      costs.push((await shareOf(gateway.pid, TURN_MS)) - alone);
      await closeAll(pages);
      await wait(500);
    }
    const cost = (100 * median(costs)) / PAGES;
    console.log(`${place.padEnd(20)} ${`${median(paints).toFixed(0)} ms`.padEnd(13)} ${cost.toFixed(2)}`);
  }

  const [page] = await openPages(browser, `${base}/#/live`, 1);
  const session = await page.context().newCDPSession(page);
  await wait(minutes * 60_000);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { processInfo } = await (await browser.newBrowserCDPSession()).send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer');
  const memory = Math.max(...renderers.map(({ id }) => ownMemory(id)));
  console.log(
    `\nThe page Live after ${minutes} minutes: ${(usedSize / 1e6).toFixed(1)} MB of objects, ` +
      `${(memory / 1e6).toFixed(0)} MB in all.`,
  );
  isLoaded = false;
  await loaded;
} finally {
  await browser?.close();
  await stopAll();
}
