import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Caller, connectCaller } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { freePort } from '../../support/free-port.js';
import { type GatewayProcess, startGatewayProcess } from '../../support/gateway-process.js';
import { connectOctets, type OctetClient } from '../../support/octet-client.js';
import { frameOf } from '../../support/raw-socket-client.js';
import { IS_THOROUGH } from '../../support/thoroughness.js';
import { HAS_BROWSER, openPage, startBrowser } from './browser.js';

const PROCEDURES = 1_000;
const SESSIONS = 10_000;
const CALLS_PER_SECOND = 1_000;
const TURN_MS = 20;
/** How long each page is open. */
const WATCHED_MS = IS_THOROUGH ? 15_000 : 4_000;
/** A task of this length freezes the tab for a user. */
const FROZEN_MS = 200;
const REALM = 'com.example.myrealm';
const HELLO = `[1,"${REALM}",{"roles":{"caller":{}}}]`;

const PAGES = [
  ['#/', 'Overview'],
  ['#/services/billing', 'billing'],
  ['#/procedures', 'Procedures'],
  ['#/live', 'Live'],
  [`#/router/${REALM}`, 'Router'],
  ['#/configuration', 'Configuration'],
] as const;

/** An API that fails 1 % of its requests. */
async function startApi() {
  let requests = 0;
  const server = createServer((_request, response) => {
    const status = ++requests % 100 === 0 ? 500 : 200;
    response.writeHead(status, { 'content-type': 'application/json' }).end('{"ok":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Joins over bare octets, so that ten thousand clients need little memory in this process. */
async function joinRealm(port: number): Promise<OctetClient> {
  const client = await connectOctets(`tcp://127.0.0.1:${port}`);
  client.write(Buffer.from([0x7f, 0xf1, 0, 0]));
  await client.read(4);
  client.write(frameOf(0, HELLO));
  await client.read((await client.read(4)).readUInt32BE());
  return client;
}

/** Makes calls at a steady rate until it is closed. */
function startLoad(caller: Caller) {
  let made = 0;
  let answered = 0;
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) * CALLS_PER_SECOND) / 1_000;
    while (made < due) {
      const kwargs = { id: `INV-${made}` };
      void caller.call(`com.billing.get_${made++ % PROCEDURES}`, kwargs).then(() => answered++);
    }
  }, TURN_MS);
  return {
    answered: () => answered,
    async close() {
      clearInterval(timer);
      await vi.waitUntil(() => answered === made);
      await caller.close();
    },
  };
}

/** Keeps the duration of each task that is longer than 50 ms (W3C Long Tasks). */
const WATCH_TASKS = `
  globalThis.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) globalThis.longTasks.push(duration);
  }).observe({ type: 'longtask', buffered: true });
`;

const longestTask = (page: Page): Promise<number> =>
  page.evaluate('Math.max(0, ...globalThis.longTasks)') as Promise<number>;

/** Megabytes of the objects that are still in use. */
async function heapMb(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize / 1_048_576;
}

describe.skipIf(!HAS_BROWSER)(
  `the console of a gateway with ${PROCEDURES} procedures, ${SESSIONS} sessions and ${CALLS_PER_SECOND} calls/s`,
  () => {
    const closeLater = closeAfterEach();
    let browser: Browser;
    let api: Awaited<ReturnType<typeof startApi>>;
    let gateway: GatewayProcess;
    let load: ReturnType<typeof startLoad>;
    let clients: OctetClient[];
    let admin: string;
    beforeAll(async () => {
      browser = await startBrowser();
      api = await startApi();
      const [port, raw, adminPort] = [await freePort(), await freePort(), await freePort()];
      gateway = startGatewayProcess(configuration({ api: api.url, port, raw, adminPort }));
      await gateway.ready;
      admin = `http://127.0.0.1:${adminPort}`;
      clients = [];
      while (clients.length < SESSIONS)
        clients.push(...(await Promise.all(Array.from({ length: 50 }, () => joinRealm(raw)))));
      load = startLoad(await connectCaller(`ws://127.0.0.1:${port}/ws`));
    }, 120_000);
    afterAll(async () => {
      await load?.close();
      for (const client of clients ?? []) client.close();
      await gateway?.close();
      await api?.close();
      await browser?.close();
    });

    it.each(PAGES)(
      'does not freeze the tab on %s, and keeps its memory small',
      async (hash, heading) => {
        const { page, complaints } = closeLater(await openPage(browser, `${admin}/livez`));
        await page.addInitScript(WATCH_TASKS);
        const session = await page.context().newCDPSession(page);
        await page.goto(`${admin}/${hash}`);
        await page.getByRole('heading', { level: 1, name: heading }).waitFor();
        const before = load.answered();
        await page.waitForTimeout(WATCHED_MS);
        // Otherwise the page had little to show.
        expect(load.answered() - before).toBeGreaterThan((WATCHED_MS / 1_000) * CALLS_PER_SECOND * 0.8);
        expect(await longestTask(page)).toBeLessThan(FROZEN_MS);
        expect(await heapMb(session)).toBeLessThan(100);
        expect(complaints).toEqual([]);
      },
      60_000,
    );
  },
);

interface Ports {
  readonly api: string;
  readonly port: number;
  readonly raw: number;
  readonly adminPort: number;
}

function configuration({ api, port, raw, adminPort }: Ports): string {
  const procedures = Array.from({ length: PROCEDURES }, (_, at) => {
    const key = `rpc_gateway.services.billing.procedures.get_${at}`;
    return `${key}.uri = com.billing.get_${at}\n${key}.realm = ${REALM}\n${key}.path = /invoices/${at}/{{id}}`;
  });
  return `
rpc_gateway.services.billing.base_url = ${api}
rpc_gateway.services.billing.retries = 0
${procedures.join('\n')}
listeners.clients.port = ${port}
listeners.raw.protocol = rawsocket
listeners.raw.port = ${raw}
listeners.ops.protocol = admin
listeners.ops.port = ${adminPort}
`;
}
