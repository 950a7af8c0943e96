import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { RESET } from '../../test/support/recording-upstream.js';
import { request, retrying, sending, upstreamFixture, within } from '../../test/support/upstream-fixture.js';
import { createCallControl } from './call-control.js';

const { serve, connect } = upstreamFixture();

describe('the retries of a call', () => {
  it('count refused connections as attempts', async () => {
    const server = await serve(() => ({}));
    await server.close();
    const { upstream } = connect(server.url, retrying(1));
    const outcome = await upstream.send(sending(request(server.url, 'POST'), false), within(5_000));
    expect(outcome).toMatchObject({ kind: 'failure', code: 'connect', sent: false, attempts: 2 });
  });

  it('do not repeat a POST whose connection is lost', async () => {
    const server = await serve(() => RESET);
    const { upstream } = connect(server.url, retrying(3));
    const outcome = await upstream.send(sending(request(server.url, 'POST'), false), within(5_000));
    expect(outcome).toMatchObject({ kind: 'failure', code: 'connect', sent: true, attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });

  it('repeat a POST if that does no harm, until it succeeds', async () => {
    const server = await serve(({ number }) => (number < 3 ? RESET : { body: 'ok' }));
    const { upstream } = connect(server.url, retrying(3));
    const outcome = await upstream.send(sending(request(server.url, 'POST'), true), within(5_000));
    expect(outcome).toMatchObject({ kind: 'response', attempts: 3 });
  });

  it('stop when the budget is empty', async () => {
    const server = await serve(() => RESET);
    const { upstream } = connect(server.url, retrying(100));
    const outcome = await upstream.send(sending(request(server.url), true), within(5_000));
    expect(outcome).toMatchObject({ kind: 'failure', code: 'connect' });
    expect(server.requests.length).toBeLessThan(10);
  });
});

describe('redirects', () => {
  it('are followed within the origin up to the limit', async () => {
    const server = await serve(({ url }) => ({ status: 302, headers: { location: `${url}x` } }));
    const { upstream } = connect(server.url, { maxRedirects: 2 });
    const outcome = await upstream.send(sending(request(server.url), true), within(5_000));
    expect(outcome).toMatchObject({ kind: 'response', attempts: 1, response: { status: 302 } });
    expect(server.requests.map(({ url }) => url)).toEqual(['/x', '/xx', '/xxx']);
  });

  it.each([1, 2])('count as sent if `notAfter` passes after hop %i', async (slow) => {
    const still = createFakeClock();
    const server = await serve(({ url, number }) => {
      if (number === slow) still.advance(20);
      return { status: 302, headers: { location: `${url}x` } };
    });
    const { upstream } = connect(server.url, { maxRedirects: 5 }, {}, still);
    const control = createCallControl(still.monotonic() + 5_000);
    const outcome = await upstream.send(
      sending(request(server.url), true, {
        notAfter: still.monotonic() + 20,
        attempted: 3,
        now: still.monotonic(),
      }),
      control,
    );
    expect(outcome).toEqual({ kind: 'expired', sent: true, attempts: 4 });
    expect(server.requests).toHaveLength(slow);
  });

  it('are not followed by default', async () => {
    const server = await serve(() => ({ status: 302, headers: { location: '/y' } }));
    const { upstream } = connect(server.url);
    await upstream.send(sending(request(server.url), true), within(5_000));
    expect(server.requests).toHaveLength(1);
  });
});
