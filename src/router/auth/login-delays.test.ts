import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.js';
import { createLoginDelays } from './login-delays.js';

function setUp(options: { longest?: number; mostWaiting?: number; mostSources?: number } = {}) {
  const clock = createFakeClock(1000);
  const delays = createLoginDelays({ clock, longest: 8000, mostWaiting: 4, ...options });
  /** Fails once, waits for the answer, and returns how long that took. */
  const fail = (address: string | undefined): number => {
    const since = clock.monotonic();
    const delay = delays.failed(address, since) - since;
    clock.advance(delay);
    return delay;
  };
  return { clock, delays, fail };
}

describe('the delay of failed logins', () => {
  it('doubles with each one from the same source, up to its bound', () => {
    const { fail } = setUp();
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(() => fail('192.0.2.1'))).toEqual([
      250, 500, 1000, 2000, 4000, 8000, 8000, 8000,
    ]);
    expect(fail('192.0.2.2')).toBe(250);
    expect(fail(undefined)).toBe(250);
  });

  it('takes an address in IPv6 notation for the same one, and a network of IPv6 for one source', () => {
    const { fail } = setUp();
    expect([fail('192.0.2.1'), fail('::ffff:192.0.2.1')]).toEqual([250, 500]);
    expect([
      fail('2001:db8:0:1::1'),
      fail('2001:DB8::1:0:ffff:0:2%eth0'),
      fail('2001:db8:0:1:a:b:c:d'),
    ]).toEqual([250, 500, 1000]);
    expect(fail('2001:db8:0:2::1')).toBe(250);
    expect([fail('::1'), fail('::2')]).toEqual([250, 500]);
  });

  it('is forgotten after a quarter of an hour without another', () => {
    const { clock, fail } = setUp();
    fail('192.0.2.1');
    clock.advance(15 * 60_000 - 250);
    expect(fail('192.0.2.1')).toBe(500);
    clock.advance(15 * 60_000 - 499);
    expect(fail('192.0.2.1')).toBe(250);
  });

  it('blocks a source while as many answers wait as may, whoever has hung up meanwhile', () => {
    const { clock, delays } = setUp();
    for (let i = 0; i < 4; i += 1) {
      expect(delays.isBlocked('192.0.2.1')).toBe(false);
      delays.failed('192.0.2.1', clock.monotonic());
    }
    expect(delays.isBlocked('192.0.2.1')).toBe(true);
    expect(delays.isBlocked('192.0.2.2')).toBe(false);
    clock.advance(249);
    expect(delays.isBlocked('192.0.2.1')).toBe(true);
    clock.advance(1);
    expect(delays.isBlocked('192.0.2.1')).toBe(false);
  });

  it('blocks nobody where there is no limit, and delays nobody where there is no delay', () => {
    const unlimited = setUp({ mostWaiting: 0 });
    for (let i = 0; i < 100; i += 1) unlimited.delays.failed('192.0.2.1', 0);
    expect(unlimited.delays.isBlocked('192.0.2.1')).toBe(false);
    const instant = setUp({ longest: 0 });
    expect([1, 2, 3].map(() => instant.fail('192.0.2.1'))).toEqual([0, 0, 0]);
  });

  it('stays bounded in time and in memory, however often one fails', () => {
    const { fail, delays } = setUp({ mostSources: 3 });
    for (let i = 0; i < 2000; i += 1) fail('192.0.2.1');
    expect(fail('192.0.2.1')).toBe(8000);
    // The one that failed longest ago is forgotten for a fourth.
    for (const address of ['192.0.2.2', '192.0.2.3', '192.0.2.4']) fail(address);
    expect(fail('192.0.2.4')).toBe(500);
    expect(delays.isBlocked('192.0.2.1')).toBe(false);
    expect(fail('192.0.2.1')).toBe(250);
  });
});
