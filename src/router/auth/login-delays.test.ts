import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.js';
import { createLoginDelays } from './login-delays.js';

function setUp(options: { longest?: number; maxWaiting?: number; maxSources?: number } = {}) {
  const clock = createFakeClock(1000);
  const delays = createLoginDelays({ clock, longest: 8000, maxWaiting: 4, ...options });
  /** Fails once, waits for the refusal, and returns how long that took. */
  const failAt = (source: string, since: number): number => delays.begin(source)?.failed(since) ?? Number.NaN;
  const fail = (source: string): number => {
    const since = clock.monotonic();
    const delay = failAt(source, since) - since;
    clock.advance(delay);
    return delay;
  };
  return { clock, delays, fail, failAt };
}

describe('the delay of failed logins', () => {
  it('doubles with each failure of the same source, up to its limit', () => {
    const { fail } = setUp();
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(() => fail('192.0.2.1'))).toEqual([
      250, 500, 1000, 2000, 4000, 8000, 8000, 8000,
    ]);
    expect(fail('192.0.2.2')).toBe(250);
  });

  it('is forgotten after a quarter of an hour without a failure', () => {
    const { clock, fail } = setUp();
    fail('192.0.2.1');
    clock.advance(15 * 60_000 - 250);
    expect(fail('192.0.2.1')).toBe(500);
    clock.advance(15 * 60_000 - 499);
    expect(fail('192.0.2.1')).toBe(250);
  });

  it('blocks a source while the allowed number of refusals waits, even if clients have disconnected', () => {
    const { clock, delays } = setUp();
    for (let i = 0; i < 4; i += 1) {
      expect(delays.isBlocked('192.0.2.1')).toBe(false);
      delays.begin('192.0.2.1')?.failed(clock.monotonic());
    }
    expect(delays.isBlocked('192.0.2.1')).toBe(true);
    expect(delays.isBlocked('192.0.2.2')).toBe(false);
    clock.advance(249);
    expect(delays.isBlocked('192.0.2.1')).toBe(true);
    clock.advance(1);
    expect(delays.isBlocked('192.0.2.1')).toBe(false);
  });

  it('counts a login that is being checked as failed, until it has passed', () => {
    const { clock, delays } = setUp();
    const trials = [1, 2, 3, 4].map(() => delays.begin('192.0.2.1'));
    expect(delays.begin('192.0.2.1')).toBeUndefined();
    expect(delays.begin('192.0.2.2')).toBeDefined();
    trials[0]?.passed();
    expect(delays.isBlocked('192.0.2.1')).toBe(false);
    trials[1]?.failed(clock.monotonic());
    expect(delays.begin('192.0.2.1')).toBeDefined();
    expect(delays.isBlocked('192.0.2.1')).toBe(true);
    clock.advance(250);
    expect(delays.isBlocked('192.0.2.1')).toBe(false);
  });

  it('blocks nobody without a limit, and delays nobody without a delay', () => {
    const unlimited = setUp({ maxWaiting: 0 });
    for (let i = 0; i < 100; i += 1) expect(unlimited.failAt('192.0.2.1', 0)).toBeGreaterThan(0);
    expect(unlimited.delays.isBlocked('192.0.2.1')).toBe(false);
    const instant = setUp({ longest: 0 });
    expect([1, 2, 3].map(() => instant.fail('192.0.2.1'))).toEqual([0, 0, 0]);
  });

  it('stays bounded in time and memory, however often a source fails', () => {
    const { fail, delays } = setUp({ maxSources: 3 });
    for (let i = 0; i < 2000; i += 1) fail('192.0.2.1');
    expect(fail('192.0.2.1')).toBe(8000);
    // The source with the oldest failure is forgotten to make room for a fourth.
    for (const address of ['192.0.2.2', '192.0.2.3', '192.0.2.4']) fail(address);
    expect(fail('192.0.2.4')).toBe(500);
    expect(delays.isBlocked('192.0.2.1')).toBe(false);
    expect(fail('192.0.2.1')).toBe(250);
  });
});
