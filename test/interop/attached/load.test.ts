import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, connectCaller } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import {
  type RecordedRequest,
  type RecordingUpstream,
  startRecordingUpstream,
} from '../../support/recording-upstream.js';
import { PROCEDURE, startFleet, startLoad } from './fleet.js';
import { startOwnRouter } from './own-router.js';
import { REALM } from './plan.js';
import { ROUTER_PROGRAMS, startRouter } from './routers.js';

const CALLS = 1_000;
const IN_FLIGHT = 50;

/** A router to share a load through. */
interface Program {
  readonly name: keyof typeof LOST;
  readonly isInstalled: boolean;
  open(): Promise<{ readonly url: string; close(): Promise<void> }>;
}

const PROGRAMS: readonly Program[] = [
  { name: 'our own router', isInstalled: true, open: startOwnRouter },
  ...ROUTER_PROGRAMS.map((program) => ({ ...program, open: () => startRouter(program) })),
];

describe.each(PROGRAMS)('gateways that share a load through $name', (program) => {
  const closeLater = closeAfterEach();
  let router: Awaited<ReturnType<Program['open']>>;
  let upstream: RecordingUpstream;
  let caller: Caller;
  beforeAll(async () => {
    if (!program.isInstalled) return;
    router = await program.open();
    upstream = await startRecordingUpstream();
    caller = await connectCaller(router.url, REALM);
  });
  afterAll(async () => {
    await caller?.close();
    await upstream?.close();
    await router?.close();
  });

  /** @param busyMs how long the API takes, so that calls are running at any time */
  async function openFleet(size: number, busyMs = 0) {
    upstream.respondWith(async () => {
      if (busyMs > 0) await delay(busyMs);
      return { json: { ok: true } };
    });
    const fleet = closeLater(await startFleet(router, upstream, size));
    upstream.clear();
    return fleet;
  }

  async function callees(): Promise<number> {
    const { args } = await caller.call('wamp.registration.lookup', {}, { args: [PROCEDURE] });
    const count = await caller.call('wamp.registration.count_callees', {}, { args: [args[0]] });
    return Number(count.args[0]);
  }

  it.skipIf(!program.isInstalled).each([2, 4])(
    '%i gateways get within 20 % of an even share of 1,000 calls',
    async (size) => {
      const fleet = await openFleet(size);
      let made = 0;
      const worker = async (): Promise<void> => {
        while (made < CALLS) {
          const { kind, frame } = await caller.call(PROCEDURE, { id: ++made });
          expect(kind, frame).toBe('result');
        }
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, worker));

      expect(upstream.requests).toHaveLength(CALLS);
      for (let index = 0; index < size; index++) {
        const share = upstream.requests.filter((request) => fleet.sender(request) === index).length;
        expect(share).toBeGreaterThanOrEqual((CALLS / size) * 0.8);
        expect(share).toBeLessThanOrEqual((CALLS / size) * 1.2);
      }
    },
  );

  it.skipIf(!program.isInstalled)('one that is killed takes only its own calls with it', async () => {
    const fleet = await openFleet(4);
    const [victim] = fleet.gateways;
    const held: RecordedRequest[] = [];
    const isHolding = new Promise<void>((resolve) => {
      upstream.respondWith((request) => {
        if (fleet.sender(request) !== 0) return { json: { ok: true } };
        if (held.push(request) === 10) resolve();
        return 'handled';
      });
    });
    const load = startLoad(caller, 200);
    await isHolding;
    await victim!.end('SIGKILL');
    while ((await callees()) > 3) await delay(20);
    const noticedAt = load.made;
    await load.more(200);
    await load.stop();

    const sentBy = new Map(upstream.requests.map((request) => [idOf(request), fleet.sender(request)]));
    const failedIds = [...load.failed.keys()];
    expect(failedIds).toEqual(expect.arrayContaining(held.map(idOf)));
    // Those that the router had handed over, but that it had not sent yet, are its own too.
    expect(failedIds.filter((id) => (sentBy.get(id) ?? 0) !== 0)).toEqual([]);
    expect(failedIds.filter((id) => id > noticedAt)).toEqual([]);
    for (const { uri, args } of load.failed.values()) {
      expect([uri, ...args]).toEqual(['wamp.error.canceled', LOST[program.name]]);
    }
  });

  it.skipIf(!program.isInstalled)('one that is stopped loses no call', async () => {
    const fleet = await openFleet(4, 100);
    const [leaving] = fleet.gateways;
    const load = startLoad(caller, 500);
    await load.more(200);
    expect(await leaving!.end('SIGTERM')).toBe(0);
    await load.more(200);
    await load.stop();
    expect([...load.failed]).toEqual([]);
    expect(upstream.requests.some((request) => fleet.sender(request) === 0)).toBe(true);
  });

  it.skipIf(!program.isInstalled)('all of them can be restarted in turn without losing a call', async () => {
    const fleet = await openFleet(4, 100);
    const load = startLoad(caller, 500);
    for (const [index, gateway] of fleet.gateways.entries()) {
      expect(await gateway.end('SIGTERM')).toBe(0);
      await fleet.restart(index);
    }
    await load.more(200);
    await load.stop();
    expect([...load.failed]).toEqual([]);
    expect(upstream.requests).toHaveLength(load.made);
  });
});

const idOf = ({ url }: RecordedRequest): number => Number(url.split('/').at(-1));

/** What a router tells the callers of a callee that has gone. */
const LOST = {
  'our own router': 'the callee is gone',
  'Crossbar.io': 'callee disconnected from in-flight request',
  nexus: 'callee gone',
} as const;
