import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { cancelCall, createCallControl } from '../upstream/call-control.js';
import { waitWithin } from './wait-within.js';

const never = new Promise<string>(() => {});

describe('the wait of one call for a shared promise', () => {
  it('ends with the value of the promise', async () => {
    const clock = createFakeClock();
    const control = createCallControl(1_000);
    expect(await waitWithin(Promise.resolve('token'), control, clock)).toBe('token');
    expect([clock.pending, control.waitsFor]).toEqual([0, undefined]);
  });

  it('ends at the deadline of the call', async () => {
    const clock = createFakeClock();
    const control = createCallControl(1_000);
    const waiting = waitWithin(never, control, clock);
    clock.advance(1_000);
    expect(await waiting).toBe('timeout');
    expect(control.waitsFor).toBeUndefined();
    expect(await waitWithin(never, control, clock)).toBe('timeout');
  });

  it('ends when the call is cancelled', async () => {
    const clock = createFakeClock();
    const control = createCallControl(1_000);
    const waiting = waitWithin(never, control, clock);
    cancelCall(control);
    expect(await waiting).toBe('canceled');
    expect(clock.pending).toBe(0);
    expect(await waitWithin(never, control, clock)).toBe('canceled');
  });

  it('does not touch the call after the wait has ended', async () => {
    const clock = createFakeClock();
    const control = createCallControl(1_000);
    let resolveLate: (value: string) => void = () => {};
    const awaited = new Promise<string>((resolve) => {
      resolveLate = resolve;
    });
    const waiting = waitWithin(awaited, control, clock);
    clock.advance(1_000);
    await waiting;
    const later = { cancel: () => {} };
    control.waitsFor = later;
    resolveLate('too late');
    await awaited;
    expect(control.waitsFor).toBe(later);
  });
});
