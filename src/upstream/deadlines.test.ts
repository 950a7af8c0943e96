import { describe, expect, it, vi } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { HANG } from '../../test/support/recording-upstream.js';
import {
  RULES,
  request,
  retrying,
  sending,
  upstreamFixture,
  within,
} from '../../test/support/upstream-fixture.js';
import { systemClock } from '../clock.js';
import { createCallControl } from './call-control.js';
import type { Connection } from './connection-pool.js';
import { exchange } from './exchange.js';

const clock = systemClock;
const { serve, connect } = upstreamFixture();

describe('the time limit', () => {
  it('ends an attempt at its timeout and closes its connection', async () => {
    const server = await serve(() => HANG);
    const { upstream } = connect(server.url, { timeoutMs: 60 });
    const outcome = await upstream.send(sending(request(server.url), false), within(5_000));
    expect(outcome).toMatchObject({ kind: 'failure', code: 'timeout', sent: true, attempts: 1 });
    expect(await (await server.arrived(1)).responded).toBe(false);
  });

  it('ends all attempts at the deadline', async () => {
    const server = await serve(() => HANG);
    const still = createFakeClock();
    const { upstream } = connect(server.url, { timeoutMs: 60, ...retrying(9) }, {}, still);
    const outcome = upstream.send(
      sending(request(server.url), true, { now: still.monotonic() }),
      createCallControl(100),
    );
    await server.arrived(1);
    still.advance(60);
    await vi.waitFor(() => {
      // The pause before the second attempt is 0 ms with this `random`, but it still uses a timer.
      still.advance(0);
      expect(server.requests).toHaveLength(2);
    });
    still.advance(40);
    expect(await outcome).toMatchObject({ kind: 'failure', code: 'timeout', attempts: 2 });
  });

  it('prevents a call from being sent after its deadline', async () => {
    const server = await serve(() => ({}));
    const { upstream } = connect(server.url);
    const outcome = await upstream.send(sending(request(server.url), true), within(-1));
    expect(outcome).toMatchObject({ kind: 'failure', code: 'timeout', attempts: 0 });
    expect(server.requests).toHaveLength(0);
  });

  it('treats a body that stops half-way as silence', async () => {
    const server = await serve((_, response) => {
      response.write('half');
      return 'handled';
    });
    const { upstream } = connect(server.url, { recvTimeoutMs: 80 });
    const outcome = await upstream.send(sending(request(server.url), false), within(5_000));
    expect(outcome).toMatchObject({ kind: 'failure', code: 'timeout', sent: true });
  });
});

describe('a request with `notAfter`', () => {
  it('is not sent after that time, and its connection stays good', async () => {
    const server = await serve(() => ({ body: 'ok' }));
    const { upstream } = connect(server.url, {}, { size: 1 });
    await upstream.send(sending(request(server.url), true), within(5_000));
    const late = await upstream.send(
      sending(request(server.url), true, { notAfter: clock.monotonic() - 1, attempted: 2 }),
      within(5_000),
    );
    expect(late).toEqual({ kind: 'expired', sent: false, attempts: 2 });
    const again = await upstream.send(
      sending(request(server.url), true, { notAfter: clock.monotonic() + 5_000, attempted: 2 }),
      within(5_000),
    );
    expect(again).toMatchObject({ kind: 'response', attempts: 3 });
    expect([server.requests.length, server.connections]).toEqual([2, 1]);
  });

  it('is not sent if that time passes while its connection is opened', async () => {
    const still = createFakeClock();
    const server = await serve(() => ({ body: 'ok' }));
    const { pool } = connect(server.url);
    const connection = await pool.checkout(1_000, within(5_000), clock.monotonic());
    const startedAt = still.monotonic();
    const limits = {
      rules: RULES,
      now: startedAt,
      timeoutMs: 5_000,
      wholeMs: 0,
      timer: undefined,
      notAfter: startedAt + 10,
    };
    const result = exchange(connection as Connection, request(server.url), limits, still, within(5_000));
    still.advance(10);
    expect((await result).outcome).toEqual({ kind: 'expired', sent: false });
    expect(server.requests).toEqual([]);
  });
});

describe('the silence of an upstream', () => {
  it('is measured from its last byte', async () => {
    const still = createFakeClock();
    const server = await serve((_, response) => {
      response.write('half');
      return 'handled';
    });
    const { pool } = connect(server.url);
    const connection = await pool.checkout(1_000, within(5_000), clock.monotonic());
    const limits = {
      rules: { ...RULES, recvTimeoutMs: 100 },
      now: 0,
      timeoutMs: 1_000,
      wholeMs: 0,
      timer: undefined,
      notAfter: 9_000,
    };
    const result = exchange(connection as Connection, request(server.url), limits, still, within(5_000));
    await server.arrived(1);
    // One timer is for the whole exchange, one for the silence. The clock moves only by `advance`.
    still.advance(99);
    expect(still.pending).toBe(2);
    still.advance(100);
    expect(await result).toMatchObject({
      outcome: { code: 'timeout', detail: expect.stringContaining('recv_timeout') },
    });
    expect(still.pending).toBe(0);
  });
});
