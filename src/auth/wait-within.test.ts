import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { cancelCall, createCallControl } from '../upstream/call-control.js';
import { waitWithin } from './wait-within.js';

const never = new Promise<string>(() => {});

describe('waiting for what others wait for too', () => {
  it('ends with what was awaited', async () => {
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

  it('leaves a call alone that has gone on', async () => {
    const clock = createFakeClock();
    const control = createCallControl(1_000);
    let give: (value: string) => void = () => {};
    const coming = new Promise<string>((resolve) => {
      give = resolve;
    });
    const waiting = waitWithin(coming, control, clock);
    clock.advance(1_000);
    await waiting;
    const later = { cancel: () => {} };
    control.waitsFor = later;
    give('too late');
    await coming;
    expect(control.waitsFor).toBe(later);
  });
});
