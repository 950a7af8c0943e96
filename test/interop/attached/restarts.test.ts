import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Answer, type Caller, connectCaller } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { startGatewayProcess } from '../../support/gateway-process.js';
import { startRecordingUpstream } from '../../support/recording-upstream.js';
import { IS_THOROUGH } from '../../support/thoroughness.js';
import { attachedConfiguration, PROCEDURE } from './fleet.js';
import { startOwnRouter } from './own-router.js';
import { REALM } from './plan.js';
import { NEXUS_PROGRAM, startRouter } from './routers.js';

const RESTARTS = IS_THOROUGH ? 100 : 10;
/** Restarts until the heap of the gateway has its size. */
const WARM_UP = RESTARTS / 5;
const LOAD = 50;
const MEGABYTE = 1024;

const QUICK = 'router.reconnect.min = 20ms\nrouter.reconnect.max = 200ms\nlog.level = info\n';

interface Router {
  readonly url: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  close(): Promise<void>;
}

const ROUTERS: readonly { name: string; isInstalled: boolean; open: () => Promise<Router> }[] = [
  { name: 'our own router', isInstalled: true, open: startOwnRouter },
  { name: 'nexus', isInstalled: NEXUS_PROGRAM.isInstalled, open: () => startRouter(NEXUS_PROGRAM) },
];

describe.each(ROUTERS)('a gateway attached to $name', ({ isInstalled, open }) => {
  const closeLater = closeAfterEach();

  it.skipIf(!isInstalled)(
    `is back each time when the router is killed under load ${RESTARTS} times`,
    async () => {
      const upstream = closeLater(
        await startRecordingUpstream(async () => {
          await delay(5);
          return { json: { ok: true } };
        }),
      );
      const router = closeLater(await open());
      const gateway = closeLater(startGatewayProcess(attachedConfiguration(router.url, upstream.url, QUICK)));
      await gateway.ready;
      const sizes: number[] = [];
      for (let round = 0; round < RESTARTS; round++) {
        const caller = await connectCaller(router.url, REALM);
        await untilCallable(caller);
        expect(await callees(caller)).toBe(1);
        // All end: with a result, or because the caller has lost its router.
        const ended = Promise.allSettled(
          Array.from({ length: LOAD }, (_, id) => caller.call(PROCEDURE, { id })),
        );
        await upstream.arrived(1);
        await router.kill();
        await ended;
        upstream.clear();
        sizes.push(residentKilobytes(gateway.pid));
        await router.start();
      }
      const caller = closeLater(await connectCaller(router.url, REALM));
      await untilCallable(caller);
      expect(await callees(caller)).toBe(1);

      const early = Math.max(...sizes.slice(WARM_UP, 2 * WARM_UP));
      const late = Math.min(...sizes.slice(-WARM_UP));
      expect(late - early, `${sizes}`).toBeLessThan(20 * MEGABYTE);
      expect(gateway.records.filter(({ level }) => level === 'error')).toEqual([]);
      expect(JSON.stringify(gateway.records)).not.toMatch(/unhandled/i);
      expect(await gateway.end('SIGTERM')).toBe(0);
    },
    IS_THOROUGH ? 300_000 : 60_000,
  );
});

/** Calls until a call succeeds: until then, the router has no callee. */
async function untilCallable(caller: Caller): Promise<void> {
  for (;;) {
    const answer: Answer = await caller.call(PROCEDURE, { id: 0 });
    if (answer.kind === 'result') return;
    expect(answer.uri).toBe('wamp.error.no_such_procedure');
    await delay(10);
  }
}

async function callees(caller: Caller): Promise<number> {
  const { args } = await caller.call('wamp.registration.lookup', {}, { args: [PROCEDURE] });
  const count = await caller.call('wamp.registration.count_callees', {}, { args: [args[0]] });
  return Number(count.args[0]);
}

function residentKilobytes(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
}
