import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTurns } from '../../src/turns.js';
import { cancelCall, createCallControl } from '../../src/upstream/call-control.js';
import { type Caller, callerKey } from '../../src/upstream/caller.js';
import { type Checkout, type Connection, createConnectionPool } from '../../src/upstream/connection-pool.js';
import { readUpstreamTls } from '../../src/upstream/tls.js';
import { createFakeClock } from '../support/fake-clock.js';
import { TLS } from '../support/upstream-fixture.js';

const WAIT_MS = 1_000;

/** Two users with two sessions each, and two anonymous sessions. */
const CALLERS: readonly Caller[] = ['alice', 'alice', 'bob', 'bob', 'x', 'y'].map((authid, index) => ({
  realm: 'com.example',
  session: index,
  authid,
  authrole: index < 4 ? 'user' : 'anonymous',
}));

/** What happens to the queue, in any order. `at` chooses one of the calls that run or wait. */
const stepArbitrary = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('call'), at: fc.nat(CALLERS.length - 1) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('release'), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel'), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait'), at: fc.nat(WAIT_MS) }) },
);

const limitsArbitrary = fc.record({
  size: fc.integer({ min: 1, max: 3 }),
  maxWaiting: fc.integer({ min: 1, max: 6 }),
  maxWaitingPerCaller: fc.nat(7),
});

interface TrackedCall {
  readonly key: unknown;
  readonly cancel: () => void;
  outcome: Checkout | undefined;
}

function startQueue(limits: { size: number; maxWaiting: number; maxWaitingPerCaller: number }) {
  const clock = createFakeClock();
  const options = {
    ...limits,
    origin: 'http://127.0.0.1:9',
    connectTimeoutMs: 1_000,
    idleTimeoutMs: 1_000,
    maxLifetimeMs: 1_000_000,
    maxBodyBytes: 1_000,
    maxHeaderBytes: 1_000,
    tls: readUpstreamTls(TLS),
  };
  const pool = createConnectionPool(options, clock, () => 0.5, createTurns(clock));
  const calls: TrackedCall[] = [];

  return {
    pool,
    clock,
    calls,
    waiting: () => calls.filter(({ outcome }) => outcome === undefined),
    running: () => calls.filter(({ outcome }) => outcome?.kind === 'connection'),
    async call(caller: Caller): Promise<TrackedCall> {
      const control = createCallControl(Number.POSITIVE_INFINITY, undefined, caller);
      const call: TrackedCall = {
        key: callerKey(caller),
        cancel: () => cancelCall(control),
        outcome: undefined,
      };
      calls.push(call);
      const settle = (outcome: Checkout): void => {
        call.outcome = outcome;
      };
      const checkout = pool.checkout(WAIT_MS, control, clock.monotonic());
      if (checkout instanceof Promise) void checkout.then(settle);
      else settle(checkout);
      await settled();
      return call;
    },
    async release(call: TrackedCall): Promise<void> {
      const connection = call.outcome as Connection;
      calls.splice(calls.indexOf(call), 1);
      pool.release(connection, 'good');
      await settled();
    },
  };
}

/** Resolves after the promises that are resolved already. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

const pick = <T>(items: readonly T[], at: number): T | undefined => items[at % Math.max(items.length, 1)];

it('a caller waits with at most its share of calls, and below it is refused only if the queue is full', async () => {
  await fc.assert(
    fc.asyncProperty(limitsArbitrary, fc.array(stepArbitrary, { maxLength: 60 }), async (limits, steps) => {
      const queue = startQueue(limits);
      const { size, maxWaiting, maxWaitingPerCaller: share } = limits;
      const waitingOf = (key: unknown) => queue.waiting().filter((call) => call.key === key).length;
      const expected = (key: unknown): string | undefined => {
        if (queue.running().length < size) return 'connection';
        if (queue.waiting().length >= maxWaiting) return 'full';
        return share > 0 && waitingOf(key) >= share ? 'share_full' : undefined;
      };
      for (const { kind, at } of steps) {
        if (kind === 'call') {
          const caller = CALLERS[at]!;
          const outcome = expected(callerKey(caller));
          const call = await queue.call(caller);
          expect(call.outcome?.kind).toBe(outcome);
        } else if (kind === 'release') {
          const call = pick(queue.running(), at);
          if (call !== undefined) await queue.release(call);
        } else if (kind === 'cancel') {
          pick(queue.waiting(), at)?.cancel();
        } else queue.clock.advance(at);
        await settled();
        expect(queue.pool.waiting).toBe(queue.waiting().length);
      }
      // Nothing of a share is lost: after all calls have ended, a caller gets its whole share again.
      for (const call of queue.waiting()) call.cancel();
      await settled();
      for (const call of queue.running()) await queue.release(call);
      const mine = CALLERS[0]!;
      const room = Math.min(maxWaiting, share || maxWaiting);
      for (let count = 0; count < size + room; count++) await queue.call(mine);
      expect(queue.pool.waiting).toBe(room);
      await queue.pool.close();
    }),
    { numRuns: 300 },
  );
});
