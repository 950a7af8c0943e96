import type { ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { closeAfterEach } from '../../support/close-after-each.js';
import { connectDeaf } from '../../support/deaf-caller.js';
import { callStream } from '../../support/stream-caller.js';
import { openStreamFixture } from '../../support/stream-fixture.js';

const opened = closeAfterEach();
const GET = 'com.billing.get_invoice';
const MEGABYTE = 1024 * 1024;
const EVENT = `data: ${'a'.repeat(1_000)}\n\n`;

/** Writes events for as long as the upstream's socket takes them. Counts the bytes. */
function flood(response: ServerResponse): { readonly bytes: () => number; readonly isHeld: () => boolean } {
  let bytes = 0;
  let isHeld = false;
  const fill = (): void => {
    isHeld = false;
    for (let count = 0; count < 100; count++) {
      bytes += EVENT.length;
      if (!response.write(EVENT)) {
        isHeld = true;
        response.once('drain', fill);
        return;
      }
    }
    if (!response.destroyed) setImmediate(fill);
  };
  fill();
  return { bytes: () => bytes, isHeld: () => isHeld };
}

/** Resolves when a count has not grown for a while. */
async function still(count: () => number): Promise<number> {
  for (let last = -1; last !== count(); ) {
    last = count();
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  return count();
}

describe('a caller that does not read', () => {
  it('holds its upstream still, takes little memory, and disturbs nobody', async () => {
    const { api, gateway, session } = opened(await openStreamFixture());
    const deaf = opened(await connectDeaf(gateway.url));
    deaf.call(GET, { id: '1' });
    const upstream = flood(await api.response(1));
    const sent = await still(upstream.bytes);
    expect(upstream.isHeld()).toBe(true);
    // Four buffers of the system are included: those of both sockets, at both ends.
    expect(sent).toBeLessThan(16 * MEGABYTE);
    console.log(`an upstream could send ${(sent / MEGABYTE).toFixed(1)} MB to a caller that does not read`);
    const other = callStream(session, GET, { id: '2' });
    const response = await api.response(2);
    response.write(EVENT);
    await other.arrived(1);
    response.end();
    expect(await other.ended).toMatchObject({ kwargs: { count: 1 } });
    // It reads again, so the upstream goes on.
    deaf.read();
    await expect.poll(upstream.bytes, { timeout: 10_000 }).toBeGreaterThan(sent + 10 * MEGABYTE);
    deaf.close();
    await api.closed(1);
    expect(gateway.status().services[0]?.pool.streams).toBe(0);
  });

  it('keeps its session, also with many streams', async () => {
    const lines = ['+pool.size = 50', 'wamp.max_send_buffer = 1MB', 'wamp.max_send_queue = 1000'];
    const { api, gateway } = opened(await openStreamFixture({}, { lines }));
    const deaf = opened(await connectDeaf(gateway.url));
    for (let call = 1; call <= 50; call++) deaf.call(GET, { id: String(call) });
    const upstreams = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => flood(await api.response(index + 1))),
    );
    await still(() => upstreams.reduce((sum, { bytes }) => sum + bytes(), 0));
    expect(gateway.status().services[0]?.pool.streams).toBe(50);
    deaf.read();
    const before = upstreams.map(({ bytes }) => bytes());
    // The streams take turns, so each of them goes on.
    await expect
      .poll(() => upstreams.every(({ bytes }, index) => bytes() > (before[index] as number)), {
        timeout: 20_000,
      })
      .toBe(true);
  });
});

describe('1,000 streams at once', () => {
  it('each get their events, and nobody else waits long', async () => {
    const lines = ['+pool.size = 1000'];
    const { api, session, caller, upstream } = opened(await openStreamFixture({}, { lines }));
    const calls = Array.from({ length: 1_000 }, (_, index) =>
      callStream(session, GET, { id: String(index) }),
    );
    const responses = await Promise.all(calls.map((_, index) => api.response(index + 1)));
    for (let round = 1; round <= 5; round++) {
      for (const response of responses) response.write(`data: {"round":${round}}\n\n`);
    }
    upstream.respondWith(() => ({ json: { ok: true } }));
    const begin = performance.now();
    await Promise.all(calls.map((call) => call.arrived(5)));
    console.log(`5,000 events of 1,000 streams: ${(performance.now() - begin).toFixed(0)} ms`);
    for (const response of responses) response.end();
    const ends = await Promise.all(calls.map((call) => call.ended));
    expect(ends.every(({ kwargs }) => kwargs['count'] === 5)).toBe(true);
    expect((await caller.call(GET, { id: 'x' })).kwargs).toMatchObject({ body: { ok: true } });
  });
});
