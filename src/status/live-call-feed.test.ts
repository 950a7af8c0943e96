import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import type { WatchedCall } from '../observe/call-watch.js';
import { createLiveCallFeed } from './live-call-feed.js';
import type { LiveCalls } from './live-calls.js';

const CALL: WatchedCall = {
  observed: { service: 'billing', procedure: 'com.billing.get_invoice', realm: 'com.example.myrealm' },
  authid: 'alice',
  outcome: 'ok',
  status: 200,
  durationMs: 12.345,
  attempts: 1,
  id: undefined,
  traceId: undefined,
};

function setUp() {
  const clock = createFakeClock();
  const feed = createLiveCallFeed(clock);
  const batches: LiveCalls[] = [];
  const end = feed.follow((batch) => batches.push(batch));
  const make = (count: number) => {
    for (let call = 0; call < count; call++) feed.watch.callEnded(CALL);
  };
  return { clock, feed, batches, end, make };
}

describe('the live calls', () => {
  it('come in a batch', () => {
    const { clock, batches, make } = setUp();
    make(1);
    expect(batches).toEqual([]);
    clock.advance(250);
    expect(batches).toEqual([
      {
        calls: [
          {
            at: '2026-01-01T00:00:00.000Z',
            realm: 'com.example.myrealm',
            procedure: 'com.billing.get_invoice',
            service: 'billing',
            authid: 'alice',
            outcome: 'ok',
            status: 200,
            duration_ms: 12.3,
            attempts: 1,
            id: null,
            trace_id: null,
          },
        ],
        dropped: 0,
      },
    ]);
    clock.advance(1_000);
    expect(batches).toHaveLength(1);
  });

  it('are at most 200 a second, and the others are counted', () => {
    const { clock, batches, make } = setUp();
    for (let time = 0; time < 10_000; time += 250) {
      make(250);
      clock.advance(250);
    }
    const sent = batches.reduce((total, { calls }) => total + calls.length, 0);
    const dropped = batches.reduce((total, batch) => total + batch.dropped, 0);
    expect(sent + dropped).toBe(10_000);
    expect(sent).toBeLessThanOrEqual(200 * 11);
    expect(sent).toBeGreaterThan(200 * 10);
  });

  it('may all come in one burst', () => {
    const { clock, batches, make } = setUp();
    make(150);
    clock.advance(250);
    expect(batches).toMatchObject([{ dropped: 0 }]);
  });

  it('cost nothing while nobody looks', () => {
    const { clock, feed, end, make } = setUp();
    const endOther = feed.follow(() => {});
    expect(feed.watch.isOn).toBe(true);
    end();
    expect(feed.watch.isOn).toBe(true);
    make(300);
    endOther();
    expect(feed.watch.isOn).toBe(false);
    expect(clock.pending).toBe(0);
    const batches: LiveCalls[] = [];
    feed.follow((batch) => batches.push(batch));
    clock.advance(1_000);
    expect(batches).toEqual([]);
  });

  it('have a short authid', () => {
    const { clock, feed, batches } = setUp();
    feed.watch.callEnded({ ...CALL, authid: 'x'.repeat(1_000_000) });
    clock.advance(250);
    expect(batches[0]?.calls[0]?.authid).toHaveLength(200);
  });
});
