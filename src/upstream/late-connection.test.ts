import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { RULES, request, sending } from '../../test/support/upstream-fixture.js';
import { silentObserver } from '../observe/observer.js';
import { cancelCall, createCallControl } from './call-control.js';
import type { Connection, ConnectionPool, ConnectionState } from './connection-pool.js';
import type { exchange } from './exchange.js';
import type { HttpRequest } from './http-message.js';
import { createRetryBudget } from './retry-budget.js';
import { SharedBytes } from './shared-bytes.js';
import { createUpstream } from './upstream.js';
import { createWaitingMemory } from './waiting-memory.js';

describe('a call whose connection becomes free too late', () => {
  const still = createFakeClock();
  const released: ConnectionState[] = [];
  const sent: HttpRequest[] = [];
  /** For each request sent: whether its call had been cancelled before. */
  const canceled: boolean[] = [];
  function lateUpstream(whileWaiting: () => void) {
    const connection = { kind: 'connection' } as Connection;
    const pool = {
      checkout: async () => {
        whileWaiting();
        return connection;
      },
      release: (_: Connection, state: ConnectionState) => released.push(state),
    } as unknown as ConnectionPool;
    const options = {
      timeoutMs: 100,
      recvTimeoutMs: 100,
      checkoutTimeoutMs: 100,
      maxResponseBytes: 100,
      maxHeaderBytes: 65_536,
      maxRedirects: 0,
      reusesConnections: true,
      keepsPlaces: false,
      retry: { retries: 3, statuses: new Set<number>() },
    };
    const neverSend: typeof exchange = (_, each, _limits, _clock, control) => {
      sent.push(each);
      canceled.push(control.canceledBy !== undefined);
      return new Promise<never>(() => undefined);
    };
    const budget = createRetryBudget();
    const { abandonments } = RULES;
    return createUpstream(options, {
      pool,
      budget,
      abandonments,
      waiting: createWaitingMemory(1_000_000, new SharedBytes(1_000_000)),
      clock: still,
      random: () => 0,
      exchange: neverSend,
      observer: silentObserver,
      service: 'billing',
    });
  }

  it('is not sent after its deadline', async () => {
    const upstream = lateUpstream(() => still.advance(1_000));
    const control = createCallControl(still.monotonic() + 500);
    const outcome = await upstream.send(
      sending(request('http://a', 'POST'), false, { now: still.monotonic() }),
      control,
    );
    expect(outcome).toMatchObject({ kind: 'failure', code: 'timeout', sent: false, attempts: 0 });
    expect([sent, released]).toEqual([[], ['good']]);
  });

  it('is not sent after its caller has cancelled it', async () => {
    const control = createCallControl(still.monotonic() + 500);
    const upstream = lateUpstream(() => cancelCall(control));
    const outcome = await upstream.send(
      sending(request('http://a', 'POST'), false, { now: still.monotonic() }),
      control,
    );
    expect(outcome).toEqual({ kind: 'canceled', attempts: 0 });
    expect([sent, released]).toEqual([[], ['good', 'good']]);
  });

  it('is not sent if it is cancelled between getting the connection and sending', async () => {
    for (let turns = 0; turns < 8; turns++) {
      const control = createCallControl(still.monotonic() + 500);
      const upstream = lateUpstream(() => undefined);
      void upstream.send(sending(request('http://a', 'POST'), false, { now: still.monotonic() }), control);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      cancelCall(control);
      await new Promise(setImmediate);
    }
    expect(canceled).toContain(false);
    expect(canceled).not.toContain(true);
  });
});
