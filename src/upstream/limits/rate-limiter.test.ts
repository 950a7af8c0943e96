import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.js';
import { cancelCall, createCallControl } from '../call-control.js';
import { createRateLimiter, type RateLimiterOptions, type Turn } from './rate-limiter.js';

const SECOND = 1_000;

function open(options: Partial<RateLimiterOptions> = {}) {
  const clock = createFakeClock();
  const limiter = createRateLimiter(
    { everyMs: 10, burst: 1, waitMs: 0, perCaller: false, maxWaiting: 100_000, ...options },
    clock,
  );
  const control = (authid: string, timeoutMs = 600 * SECOND) =>
    createCallControl(clock.monotonic() + timeoutMs, undefined, {
      ...{ realm: 'com.example.realm', session: 1, authid, authrole: 'user' },
    });
  const take = (authid = 'a', timeoutMs?: number) =>
    limiter.take(control(authid, timeoutMs), clock.monotonic());
  return { clock, limiter, control, take };
}

/** Counts the turns of callers over time. */
function count(turns: (Turn | Promise<Turn>)[]): { readonly got: () => number } {
  let got = 0;
  for (const turn of turns) {
    void Promise.resolve(turn).then(({ kind }) => {
      if (kind === 'turn') got++;
    });
  }
  return { got: () => got };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('A rate', () => {
  it('has its burst at once, and then the rate', () => {
    const { clock, take } = open({ everyMs: 100, burst: 5 });
    const kinds = Array.from({ length: 6 }, () => (take() as Turn).kind);
    expect(kinds).toEqual(['turn', 'turn', 'turn', 'turn', 'turn', 'limited']);
    expect(take()).toEqual({ kind: 'limited', retryAfterMs: 100 });
    clock.advance(100);
    expect(take()).toEqual({ kind: 'turn' });
    clock.advance(60 * SECOND);
    expect(Array.from({ length: 6 }, () => (take() as Turn).kind)).toEqual(kinds);
  });

  it.each([
    [7, 1],
    [10, 1],
    [100, 10],
    [0.8, 40],
  ])('of one in %d ms with a burst of %d is held within 2 %% over ten seconds', (everyMs, burst) => {
    const { clock, take } = open({ everyMs, burst });
    let taken = 0;
    for (let step = 0; step < 100_000; step++) {
      while ((take() as Turn).kind === 'turn') taken++;
      clock.advance(0.1);
    }
    const allowed = burst + (10 * SECOND) / everyMs;
    expect(taken).toBeLessThanOrEqual(Math.ceil(allowed));
    expect(taken).toBeGreaterThan(allowed * 0.98 - 1);
  });

  it('is held by calls that wait, although timers are late', async () => {
    const { clock, take } = open({ waitMs: 60 * SECOND });
    const counted = count(Array.from({ length: 2_000 }, (_, index) => take(`caller-${index}`)));
    // Each step of this clock is a turn of the event loop that takes 3 to 7 ms.
    for (let at = 0; at < 10 * SECOND; ) {
      const step = 3 + (at % 5);
      clock.advance(step);
      at += step;
    }
    await settled();
    expect(Math.abs(counted.got() - 1_000)).toBeLessThanOrEqual(20);
  });

  it('does not catch up after a long pause', async () => {
    const { clock, limiter, take } = open({ waitMs: 60 * SECOND, burst: 2, everyMs: 10 });
    count(Array.from({ length: 100 }, (_, index) => take(`caller-${index}`)));
    const before = limiter.waiting;
    const real = clock.monotonic;
    clock.monotonic = () => real() + 500;
    clock.advance(10);
    expect(before - limiter.waiting).toBeLessThan(6);
  });
});

describe('Calls that wait for their turn', () => {
  it('take turns with other callers, however many calls one has', async () => {
    const { clock, take } = open({ waitMs: 60 * SECOND });
    take();
    const many = count(Array.from({ length: 500 }, () => take('many')));
    const few = count([take('few'), take('few')]);
    clock.advance(40);
    await settled();
    expect([many.got(), few.got()]).toEqual([2, 2]);
  });

  it('end after limit.wait, and are told when to come again', async () => {
    const { clock, limiter, take } = open({ waitMs: 15 });
    take();
    const turns = [take('a'), take('b'), take('c')];
    clock.advance(15);
    expect(await Promise.all(turns)).toEqual([
      { kind: 'turn' },
      { kind: 'limited', retryAfterMs: 5 },
      { kind: 'limited', retryAfterMs: 5 },
    ]);
    expect(limiter.waiting).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('do not wait for a turn that comes too late', () => {
    const { limiter, take } = open({ waitMs: 15 });
    take();
    void take();
    expect(take()).toEqual({ kind: 'limited', retryAfterMs: 20 });
    expect(limiter.waiting).toBe(1);
  });

  it('end at their deadline, and when they are cancelled', async () => {
    const { clock, limiter, take, control } = open({ waitMs: SECOND, everyMs: 500 });
    take();
    const late = take('a', 100);
    const canceled = control('b');
    const turn = limiter.take(canceled, clock.monotonic());
    cancelCall(canceled);
    clock.advance(100);
    expect([await late, await turn]).toEqual([{ kind: 'late' }, { kind: 'canceled' }]);
    expect(clock.pending).toBe(0);
  });

  it('are limited in number', () => {
    const { limiter, take } = open({ waitMs: SECOND, maxWaiting: 3 });
    take();
    for (let index = 0; index < 10; index++) void take(`caller-${index}`);
    expect(limiter.waiting).toBe(3);
  });
});

describe('A rate for each caller', () => {
  it('leaves other callers alone', () => {
    const { take } = open({ perCaller: true, burst: 2 });
    const kinds = ['a', 'a', 'a', 'b', 'b', 'b'].map((authid) => (take(authid) as Turn).kind);
    expect(kinds).toEqual(['turn', 'turn', 'limited', 'turn', 'turn', 'limited']);
  });

  it('forgets the callers that were silent for the longest time', () => {
    const { take } = open({ perCaller: true, everyMs: 60 * SECOND });
    take('first');
    for (let index = 0; index < 10_000; index++) take(`caller-${index}`);
    expect(take('caller-9999')).toMatchObject({ kind: 'limited' });
    expect(take('first')).toEqual({ kind: 'turn' });
  });
});
