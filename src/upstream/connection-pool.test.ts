import { describe, expect, it } from 'vitest';
import { HANG } from '../../test/support/recording-upstream.js';
import { request, sending, upstreamFixture, within } from '../../test/support/upstream-fixture.js';
import { cancelCall } from './call-control.js';

const { serve, connect } = upstreamFixture();

describe('the connection pool', () => {
  it('fails with `overload` if no connection becomes free in time', async () => {
    const server = await serve(() => HANG);
    const { upstream } = connect(server.url, { checkoutTimeoutMs: 50 }, { size: 1 });
    const control = within(5_000);
    const running = upstream.send(sending(request(server.url), true), control);
    const outcome = await upstream.send(sending(request(server.url), true), within(5_000));
    expect(outcome).toMatchObject({ kind: 'failure', code: 'overload', attempts: 0 });
    cancelCall(control);
    await running;
  });

  it('fails with `overload` at once if too many calls wait already', async () => {
    const server = await serve(() => HANG);
    const { upstream, pool } = connect(server.url, {}, { size: 1, maxWaiting: 1 });
    const controls = [within(5_000), within(5_000)];
    const running = controls.map((control) => upstream.send(sending(request(server.url), true), control));
    const outcome = await upstream.send(sending(request(server.url), true), within(5_000));
    expect(outcome).toMatchObject({ kind: 'failure', code: 'overload', attempts: 0 });
    expect(pool.waiting).toBe(1);
    for (const control of controls) cancelCall(control);
    await Promise.all(running);
  });

  it('opens no more connections than its size, and reuses them', async () => {
    const server = await serve(() => ({ body: 'ok' }));
    const { upstream } = connect(server.url, {}, { size: 3 });
    const calls = Array.from({ length: 60 }, () =>
      upstream.send(sending(request(server.url), true), within(5_000)),
    );
    for (const outcome of await Promise.all(calls)) expect(outcome).toMatchObject({ kind: 'response' });
    expect(server.connections).toBeLessThanOrEqual(3);
  });

  it('opens a new connection when the old one is older than its lifetime', async () => {
    const server = await serve(() => ({ body: 'ok' }));
    const { upstream } = connect(server.url, {}, { size: 1, maxLifetimeMs: 0.001 });
    for (let count = 0; count < 3; count++)
      await upstream.send(sending(request(server.url), true), within(5_000));
    expect(server.connections).toBe(3);
  });

  it('closes idle connections when it is retired, and each other one after its call', async () => {
    const server = await serve(({ url }) => (url === '/hang' ? HANG : { body: 'ok' }));
    const { upstream, pool } = connect(server.url, {}, { size: 3 });
    const control = within(5_000);
    const running = upstream.send(sending({ ...request(server.url), path: '/hang' }, true), control);
    await upstream.send(sending(request(server.url), true), within(5_000));
    expect([pool.busy, pool.idle]).toEqual([1, 1]);
    pool.retire();
    expect([pool.busy, pool.idle]).toEqual([1, 0]);
    cancelCall(control);
    await running;
    expect([pool.busy, pool.idle]).toEqual([0, 0]);
  });

  it('serves calls after it is retired, and keeps no connection', async () => {
    const server = await serve(() => ({ body: 'ok' }));
    const { upstream, pool } = connect(server.url, {}, { size: 1 });
    pool.retire();
    const calls = [1, 2, 3].map(() => upstream.send(sending(request(server.url), true), within(5_000)));
    for (const outcome of await Promise.all(calls)) expect(outcome).toMatchObject({ kind: 'response' });
    expect([pool.busy, pool.idle, pool.waiting]).toEqual([0, 0, 0]);
    expect(server.connections).toBeLessThanOrEqual(3);
  });
});
