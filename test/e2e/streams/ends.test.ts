import { describe, expect, it } from 'vitest';
import { connectCaller } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { createFakeClock, NO_PROBES } from '../../support/fake-clock.js';
import { callStream } from '../../support/stream-caller.js';
import { openStreamFixture } from '../../support/stream-fixture.js';

const opened = closeAfterEach();
const GET = 'com.billing.get_invoice';
const POST = 'com.billing.create_invoice';
const EVENT = 'data: 1\n\n';
const ASK = { receive_progress: true };

describe('a stream', () => {
  it.each(['skip', 'kill', 'killnowait'])(
    'closes its connection when its caller cancels with mode %s',
    async (mode) => {
      const { api, caller, gateway } = opened(await openStreamFixture());
      const called = caller.call(POST, {}, { options: { ...ASK } });
      await api.response(1);
      await expect.poll(() => streamsOf(gateway)).toBe(1);
      caller.cancel(mode);
      expect((await called).uri).toBe('wamp.error.canceled');
      await api.closed(1);
      await expect.poll(() => streamsOf(gateway)).toBe(0);
    },
  );

  it('closes its connection when its caller is lost', async () => {
    const { api, gateway } = opened(await openStreamFixture());
    const lost = await connectCaller(gateway.url);
    lost.call(POST, {}, { options: ASK }).catch(() => {});
    await api.response(1);
    await expect.poll(() => streamsOf(gateway)).toBe(1);
    lost.terminate();
    await api.closed(1);
  });

  it('ends with an error when its connection breaks, after the events that came before', async () => {
    const { api, session } = opened(await openStreamFixture());
    const call = callStream(session, GET, { id: '1' });
    const response = await api.response(1);
    response.write(`${EVENT}data: 2\n\n`);
    await call.arrived(2);
    response.socket?.resetAndDestroy();
    expect(await call.ended).toMatchObject({
      uri: 'bondy.error.bad_gateway',
      kwargs: { code: 'connect', attempts: 1 },
    });
    expect(call.parts.map(({ body }) => (body as { data: unknown }).data)).toEqual([1, 2]);
  });

  it('is not sent again after its head', async () => {
    const { api, session, upstream } = opened(await openStreamFixture({}, { lines: ['+retries = 3'] }));
    const call = callStream(session, GET, { id: '1' });
    (await api.response(1)).destroy();
    expect(await call.ended).toMatchObject({ kwargs: { code: 'connect', attempts: 1 } });
    expect(upstream.requests).toHaveLength(1);
  });

  it('outlives its caller’s timeout, timeout, deadline and wamp.max_call_timeout for an hour', async () => {
    const clock = createFakeClock();
    const lines = [
      NO_PROBES,
      '+timeout = 1s',
      '+deadline = 2s',
      'wamp.max_call_timeout = 3s',
      'wamp.ping_interval = 0',
    ];
    const { api, session } = opened(await openStreamFixture({}, { lines, gateway: { clock } }));
    const call = callStream(session, GET, { id: '1' }, { timeout: 1_500 });
    const response = await api.response(1);
    response.write(EVENT);
    await call.arrived(1);
    let count = 1;
    for (let minute = 1; minute <= 60; minute++) {
      clock.advance(59_000);
      // A comment is a sign of life. The caller learns nothing of it.
      response.write(minute % 10 === 0 ? EVENT : ':\n\n');
      if (minute % 10 === 0) await call.arrived(++count);
      else await new Promise((resolve) => setTimeout(resolve, 20));
    }
    response.end();
    expect(await call.ended).toEqual({ kwargs: { status: 200, body: '', count: 7 } });
  });

  it('ends with timeout when its upstream is silent for response.stream_idle', async () => {
    const clock = createFakeClock();
    const lines = [NO_PROBES, '+procedures.get_invoice.response.stream_idle = 5m', 'wamp.ping_interval = 0'];
    const { api, session, log } = opened(await openStreamFixture({}, { lines, gateway: { clock } }));
    const call = callStream(session, GET, { id: '1' });
    (await api.response(1)).write(EVENT);
    await call.arrived(1);
    clock.advance(5 * 60_000 - 1);
    clock.advance(2);
    expect(await call.ended).toMatchObject({ uri: 'wamp.error.timeout', kwargs: { code: 'timeout' } });
    await api.closed(1);
    expect(log.text()).toContain('silent for longer than response.stream_idle (300000 ms)');
  });

  it('ends with timeout when its head does not come in time', async () => {
    const fixture = opened(await openStreamFixture({}, { lines: ['+timeout = 200ms', '+retries = 0'] }));
    fixture.upstream.respondWith(() => 'handled');
    const call = callStream(fixture.session, GET, { id: '1' });
    expect(await call.ended).toMatchObject({ kwargs: { code: 'timeout' } });
  });

  it('ends with bad_answer when one event is too large, but not when all are', async () => {
    const lines = ['+pool.max_response_size = 100KB'];
    const { api, session } = opened(await openStreamFixture({}, { lines }));
    const call = callStream(session, GET, { id: '1' });
    const response = await api.response(1);
    const event = `data: ${'a'.repeat(90_000)}\n\n`;
    for (let count = 0; count < 20; count++) response.write(event);
    await call.arrived(20);
    response.write(`data: ${'b'.repeat(110_000)}`);
    expect(await call.ended).toMatchObject({ kwargs: { code: 'bad_answer' } });
    expect(call.parts).toHaveLength(20);
    await api.closed(1);
  });

  it('ends with an error after the grace period of a stop', async () => {
    const { api, session, gateway } = opened(await openStreamFixture());
    const call = callStream(session, GET, { id: '1' });
    const response = await api.response(1);
    response.write(EVENT);
    await call.arrived(1);
    const stopped = gateway.stop(300);
    response.write(EVENT);
    await call.arrived(2);
    expect(await call.ended).toMatchObject({ kwargs: { code: 'down' } });
    await stopped;
    await api.closed(1);
  });

  it('ends with connect when its connection breaks, whatever its framing', async () => {
    const { api, gateway, session } = opened(await openStreamFixture({ headers: { connection: 'close' } }));
    const call = callStream(session, GET, { id: '1' });
    const response = await api.response(1);
    const event = `data: ${'a'.repeat(50_000)}\n\n`;
    for (let count = 0; count < 200; count++) response.write(event);
    await call.arrived(1);
    response.socket?.resetAndDestroy();
    expect(await call.ended).toMatchObject({ kwargs: { code: 'connect' } });
    expect(gateway.status().services[0]?.pool.busy).toBe(0);
  });
});

/** The streams that the billing service passes on now. */
function streamsOf(gateway: {
  status(): { services: readonly { pool: { streams: number } }[] };
}): number | undefined {
  return gateway.status().services[0]?.pool.streams;
}
