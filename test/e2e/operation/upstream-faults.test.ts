import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.js';
import { silentObserver } from '../../../src/index.js';
import { billingConf } from '../../support/billing-conf.js';
import { type Answer, type Caller, connectCaller } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import {
  CHECKOUT_MS,
  FAILED_CALLS,
  FAILED_PROBES,
  FAULT_ROWS,
  type Fault,
  type FaultRow,
  INTERVAL_MS,
  keysOf,
  OPEN_MS,
  POOL_SIZE,
  PROBE_TIMEOUT_MS,
  TIMEOUT_MS,
} from '../../support/fault-rows.js';
import { type FaultyApi, startFaultyApi } from '../../support/faulty-api.js';
import { startGateway } from '../../support/gateway.js';

/** A busy machine may be this much late. It is never a reason to fail. */
const SLACK_MS = 4_000;
/** The breaker is open until at least this long before its time. */
const LATEST_MS = 10_000;
/** The budget allows three retries in a second. */
const SENT_CALLS = 4;

async function begin(fault: Fault, api: FaultyApi): Promise<void> {
  if (fault === 'is killed') await api.kill();
  else if (fault === 'hangs') api.hang();
  else await api.behave(fault);
}

async function end(fault: Fault, api: FaultyApi): Promise<void> {
  if (fault === 'is killed') await api.restart();
  else if (fault === 'hangs') api.goOn();
  await api.behave('works');
}

interface Ended {
  readonly answer: Answer;
  readonly ms: number;
}

async function call(caller: Caller): Promise<Ended> {
  const startedAt = systemClock.monotonic();
  const answer = await caller.call('com.billing.get_invoice', { id: 1 });
  return { answer, ms: systemClock.monotonic() - startedAt };
}

/** How a call ended, in the words of a row. */
function endOf({ answer: { kind, kwargs } }: Ended): string {
  return kind === 'result' ? 'a result' : String(kwargs['code'] ?? kwargs['status']);
}

const callMany = (caller: Caller, count: number): Promise<Ended[]> =>
  Promise.all(Array.from({ length: count }, () => call(caller)));

/** An API that flaps gets one call after the other, so that each has its turn. */
async function callSome({ fault }: FaultRow, caller: Caller, count: number): Promise<Ended[]> {
  if (fault !== 'flaps') return callMany(caller, count);
  const ended: Ended[] = [];
  while (ended.length < count) ended.push(await call(caller));
  return ended;
}

function expectWithin(ms: number, atLeast: number, atMost = atLeast): void {
  // Timers may fire a millisecond too early.
  expect(ms).toBeGreaterThanOrEqual(atLeast - 2);
  expect(ms).toBeLessThan(atMost + SLACK_MS);
}

const BOUNDS_MS = { 'at once': 0, timeout: TIMEOUT_MS, 'pool.checkout_timeout': CHECKOUT_MS, '10 s': 10_000 };

/** The system's clock, which a test can put forward. Running timers do not change. */
function createShiftedClock(): Clock & { skip(ms: number): void } {
  let skipped = 0;
  return {
    ...systemClock,
    monotonic: () => systemClock.monotonic() + skipped,
    skip: (ms) => {
      skipped += ms;
    },
  };
}

describe('an API that fails', () => {
  const closeLater = closeAfterEach();

  async function open(lines: readonly string[]) {
    const api = closeLater(await startFaultyApi());
    const clock = createShiftedClock();
    const facts: string[] = [];
    let heard = (): void => {};
    const hear = (fact: string) => (): void => {
      facts.push(fact);
      heard();
    };
    const observer = {
      ...silentObserver,
      probeEnded: hear('probe'),
      serviceDown: hear('down'),
      serviceUp: hear('up'),
    };
    const gateway = await startGateway(billingConf(api.url, ...lines), { clock, observer });
    closeLater(() => gateway.stop(0));
    const caller = closeLater(await connectCaller(gateway.url));
    return {
      api,
      clock,
      caller,
      facts,
      /** Waits until the observer has heard the fact so many times, and returns how long that took. */
      async until(fact: string, times = 1): Promise<number> {
        const startedAt = systemClock.monotonic();
        while (facts.filter((each) => each === fact).length < times) {
          await new Promise<void>((resolve) => {
            heard = resolve;
          });
        }
        return systemClock.monotonic() - startedAt;
      },
    };
  }
  type Opened = Awaited<ReturnType<typeof open>>;

  /** Calls that are sent end as the row says, and in its time. */
  function expectEnds({ ends, after }: FaultRow, ended: readonly Ended[]): void {
    for (const one of ended) {
      expect(ends.split(' or ')).toContain(endOf(one));
      expectWithin(one.ms, BOUNDS_MS[after]);
    }
    for (const each of ends.split(' or ')) expect(ended.map(endOf)).toContain(each);
  }

  /** Calls that are shed end at once, are not sent, and know when to call again. */
  async function expectShed({ caller, api }: Opened, fault: Fault): Promise<void> {
    const canCount = fault !== 'is killed' && fault !== 'hangs';
    const before = canCount ? await api.requests() : 0;
    for (const { answer, ms } of await callMany(caller, POOL_SIZE * 2)) {
      expect(answer).toMatchObject({ uri: 'bondy.error.bad_gateway' });
      expect(answer.kwargs).toMatchObject({ status: 503, code: 'down', attempts: 0 });
      expect(answer.kwargs['retry_after']).toBeGreaterThanOrEqual(1);
      expectWithin(ms, 0);
    }
    if (canCount) expect(await api.requests()).toBe(before);
  }

  /** Nothing is shed: each call reaches the API, with all its attempts. */
  async function runUnprotected(opened: Opened, one: FaultRow): Promise<void> {
    const { api, caller, until, facts } = opened;
    const before = await api.requests();
    await begin(one.fault, api);
    const ended = await callSome(one, caller, SENT_CALLS);
    expectEnds(one, ended);
    if (one.protection.startsWith('probes')) {
      // Probes do not change anything: the API is alive, or does not fail them in a row.
      const probes = facts.filter((fact) => fact === 'probe').length;
      await until('probe', probes + 2 * FAILED_PROBES);
      expectEnds(one, await callSome(one, caller, 2));
      expect(facts).not.toContain('down');
    } else if (one.fault !== 'is killed' && one.fault !== 'hangs') {
      // Every second request gets 503. The first one is even, so it needs no retry.
      const retries = one.protection === 'retry.statuses = 503' ? SENT_CALLS - 1 : 0;
      expect((await api.requests()) - before).toBe(SENT_CALLS + retries);
    }
    await end(one.fault, api);
    expect(endOf(await call(caller))).toBe('a result');
  }

  /** Calls that find no connection are shed. The others hang until their timeout. */
  async function runWithFullPool({ api, caller }: Opened, one: FaultRow): Promise<void> {
    await begin(one.fault, api);
    const ended = await callMany(caller, 6);
    const shed = ended.filter((each) => endOf(each) === 'overload');
    expect(shed).toHaveLength(4);
    expectEnds(one, shed);
    for (const { answer } of shed) expect(answer.kwargs).toMatchObject({ status: 503, attempts: 0 });
    const sent = ended.filter((each) => !shed.includes(each));
    for (const each of sent) {
      expect([endOf(each), each.answer.kwargs['attempts']]).toEqual(['timeout', 1]);
      expectWithin(each.ms, TIMEOUT_MS);
    }
    await end(one.fault, api);
    expect(endOf(await call(caller))).toBe('a result');
  }

  async function runWithProbes(opened: Opened, one: FaultRow): Promise<void> {
    const { api, caller, until } = opened;
    await begin(one.fault, api);
    const down = until('down');
    const [early] = await callMany(caller, 1);
    // On a busy machine the probes may have failed already.
    expect([one.ends, 'down']).toContain(endOf(early!));
    const probeMs = 1.1 * INTERVAL_MS + PROBE_TIMEOUT_MS;
    expectWithin(await down, 0, FAILED_PROBES * probeMs);
    await expectShed(opened, one.fault);
    await end(one.fault, api);
    expectWithin(await until('up'), 0, probeMs);
    expect(endOf(await call(caller))).toBe('a result');
  }

  async function runWithBreaker(opened: Opened, one: FaultRow): Promise<void> {
    const { api, caller, clock } = opened;
    await begin(one.fault, api);
    expectEnds(one, await callSome(one, caller, FAILED_CALLS));
    await expectShed(opened, one.fault);
    // The trial fails, so the time doubles.
    clock.skip(OPEN_MS);
    const trial = await call(caller);
    expect(one.ends.split(' or ')[0]).toBe(endOf(trial));
    expectWithin(trial.ms, BOUNDS_MS[one.after]);
    await expectShed(opened, one.fault);
    clock.skip(2 * OPEN_MS - LATEST_MS);
    await expectShed(opened, one.fault);
    await end(one.fault, api);
    clock.skip(LATEST_MS);
    expect(endOf(await call(caller))).toBe('a result');
    for (const each of await callMany(caller, POOL_SIZE)) expect(endOf(each)).toBe('a result');
  }

  it.each(FAULT_ROWS.map((one) => [one.fault, one.protection, one] as const))(
    'that %s, with %s',
    async (_fault, _protection, one) => {
      const opened = await open(keysOf(one));
      if (one.sheds !== 'after failed calls') expect(endOf(await call(opened.caller))).toBe('a result');
      if (one.sheds === 'after failed calls') await runWithBreaker(opened, one);
      else if (one.sheds === 'after failed probes') await runWithProbes(opened, one);
      else if (one.sheds === 'calls that wait') await runWithFullPool(opened, one);
      else await runUnprotected(opened, one);
    },
    40_000,
  );

  it('ends running calls at once when it is killed, and sends no POST again', async () => {
    const { api, caller } = await open(['+retries = 3', '+liveness.enabled = off']);
    await api.behave('is slow');
    const running = caller.call('com.billing.create_invoice', { amount: 1 });
    while ((await api.requests()) === 0);
    const killedAt = systemClock.monotonic();
    await api.kill();
    expect(await running).toMatchObject({ kwargs: { code: 'connect', attempts: 1 } });
    expectWithin(systemClock.monotonic() - killedAt, 0);
    await api.restart();
    expect(endOf(await call(caller))).toBe('a result');
    expect(await api.requests()).toBe(1);
  });
});
