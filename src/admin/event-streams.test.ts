import { describe, expect, it } from 'vitest';
import { type AdminFixtureOptions, openAdminFixture } from '../../test/support/admin-fixture.js';
import { closeAfterEach } from '../../test/support/close-after-each.js';
import { openEvents } from '../../test/support/event-client.js';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { openRawHttp, rawRequest, requestText } from '../../test/support/raw-http.js';
import type { LiveCalls } from '../status/live-calls.js';
import type { StatusEvent } from '../status/status-event.js';
import { MAX_STREAMS, MAX_WAITING_BYTES } from './event-streams.js';

const closing = closeAfterEach();
const HOST = 'Host: localhost';

/** A gateway whose status has a number that grows each time. */
async function open(options: AdminFixtureOptions = {}) {
  const clock = createFakeClock();
  let asked = 0;
  let onChange: (() => void) | undefined;
  let receive: ((batch: LiveCalls) => void) | undefined;
  const admin = closing(
    await openAdminFixture({
      clock,
      ...options,
      operations: {
        statusEvent: () => ({ uptime_seconds: ++asked }) as StatusEvent,
        onChange(follow) {
          onChange = follow;
          return () => {
            onChange = undefined;
          };
        },
        watchCalls(follow) {
          receive = follow;
          return () => {
            receive = undefined;
          };
        },
        ...options.operations,
      },
    }),
  );
  return {
    ...admin,
    clock,
    events: async (query = '', init: RequestInit = {}) =>
      closing(await openEvents(`${admin.url}/events${query}`, init)),
    change: () => onChange?.(),
    send: (batch: LiveCalls) => receive?.(batch),
    get connections() {
      return admin.connections;
    },
    get asked() {
      return asked;
    },
    get isFollowed() {
      return onChange !== undefined;
    },
    get isWatched() {
      return receive !== undefined;
    },
  };
}

const status = (uptime_seconds: number) => ({ name: 'status', data: { uptime_seconds } });

describe('a stream of events', () => {
  it('begins with the status, and has it every two seconds', async () => {
    const { clock, events } = await open();
    const stream = await events();
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.headers.get('cache-control')).toBe('no-store');
    expect(await stream.next()).toEqual(status(1));
    clock.advance(2_000);
    expect(await stream.next()).toEqual(status(2));
    clock.advance(2_000);
    expect(await stream.next()).toEqual(status(3));
  });

  it('has the status soon after a change, once for several changes', async () => {
    const admin = await open();
    const stream = await admin.events();
    await stream.next();
    admin.change();
    admin.change();
    admin.clock.advance(100);
    expect(await stream.next()).toEqual(status(2));
    admin.clock.advance(1_999);
    expect(admin.asked).toBe(2);
    admin.clock.advance(1);
    expect(await stream.next()).toEqual(status(3));
  });

  it('has the calls only if the client wants them', async () => {
    const admin = await open();
    const without = await admin.events();
    expect(admin.isWatched).toBe(false);
    const stream = await admin.events('?calls=true');
    await stream.next();
    await without.next();
    admin.send({ calls: [], dropped: 7 });
    expect(await stream.next()).toEqual({ name: 'calls', data: { calls: [], dropped: 7 } });
    admin.clock.advance(2_000);
    expect((await without.next()).name).toBe('status');
  });

  it('costs nothing when it is closed', async () => {
    const admin = await open();
    const pending = admin.clock.pending;
    const http = closing(await openRawHttp(admin.url));
    http.send(requestText('/events?calls=true', [HOST]));
    await expect.poll(() => admin.isFollowed).toBe(true);
    expect([admin.isWatched, admin.connections]).toEqual([true, 1]);
    http.close();
    await expect.poll(() => admin.connections).toBe(0);
    expect([admin.isFollowed, admin.isWatched, admin.clock.pending]).toEqual([false, false, pending]);
  });

  it('lasts longer than other requests may', async () => {
    const { clock, events } = await open();
    const stream = await events();
    await stream.next();
    clock.advance(600_000);
    expect(await stream.next()).toEqual(status(2));
  });

  it('ends when the listener closes', async () => {
    const admin = await open();
    const stream = await admin.events();
    await stream.next();
    await admin.close();
    await stream.ended();
  });

  it('ends when the token changes', async () => {
    const admin = await open({ token: 'a-long-and-secret-token' });
    const headers = { authorization: 'Bearer a-long-and-secret-token' };
    const stream = await admin.events('', { headers });
    await stream.next();
    admin.setToken('another-long-and-secret-token');
    admin.clock.advance(2_000);
    await stream.ended();
    expect(admin.asked).toBe(1);
  });

  it.each([
    ['?calls=1', 400],
    ['?call=true', 400],
    ['?calls=true&calls=true', 400],
  ])('is refused with %s', async (query, expected) => {
    const { url, isFollowed } = await open();
    const answer = await rawRequest(url, requestText(`/events${query}`, [HOST]));
    expect([answer.status, isFollowed]).toEqual([expected, false]);
  });

  it('answers HEAD at once', async () => {
    const admin = await open();
    const answer = await fetch(`${admin.url}/events`, { method: 'HEAD' });
    expect([answer.status, admin.isFollowed]).toEqual([200, false]);
  });

  it('is refused to too many clients', async () => {
    const { url, events } = await open();
    const streams = await Promise.all(Array.from({ length: MAX_STREAMS }, () => events()));
    const answer = await rawRequest(url, requestText('/events', [HOST]));
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([503, { error: 'too_many' }]);
    streams[0]?.close();
    await expect.poll(async () => (await fetch(`${url}/events`, { method: 'HEAD' })).status).toBe(200);
    await expect.poll(async () => (await events()).status).toBe(200);
  });

  it('needs the token', async () => {
    const { url } = await open({ token: 'a-long-and-secret-token' });
    expect((await rawRequest(url, requestText('/events', [HOST]))).status).toBe(401);
  });

  it('ends if the client does not read it', async () => {
    const text = 'x'.repeat(MAX_WAITING_BYTES / 4);
    const admin = await open({ operations: { statusEvent: () => ({ version: text }) as StatusEvent } });
    const http = closing(await openRawHttp(admin.url));
    http.socket.pause();
    http.send(requestText('/events', [HOST]));
    await expect.poll(() => admin.isFollowed).toBe(true);
    for (let sent = 0; admin.isFollowed; sent++) {
      expect(sent).toBeLessThan(200);
      admin.clock.advance(2_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => admin.connections).toBe(0);
  });
});
