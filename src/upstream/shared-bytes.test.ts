import { describe, expect, it } from 'vitest';
import { SharedBytes } from './shared-bytes.js';

/** Takes as many bytes as it may, one by one. */
function takeAll(shared: SharedBytes, caller: unknown): number {
  let count = 0;
  for (; shared.fits(caller, 1); count++) shared.add(caller, 1);
  return count;
}

describe('bytes that callers share', () => {
  it('go to one caller up to three quarters', () => {
    expect(takeAll(new SharedBytes(1_000), 'a')).toBe(750);
  });
  it('leave room for the next caller, however many use all that they may', () => {
    const shared = new SharedBytes(100_000);
    const taken = Array.from({ length: 8 }, (_, caller) => takeAll(shared, caller));
    for (const bytes of taken) expect(bytes).toBeGreaterThan(0);
  });
  it('go to a caller anew when another one has given back its own', () => {
    const shared = new SharedBytes(1_000);
    const [first] = [takeAll(shared, 'a'), takeAll(shared, 'b')];
    expect(shared.fits('a', 1)).toBe(false);
    shared.add('a', -first);
    expect(takeAll(shared, 'b')).toBeGreaterThan(400);
    expect(takeAll(shared, 'a')).toBeGreaterThan(100);
  });
  it('go to one caller completely if callers are unknown', () => {
    const shared = new SharedBytes(1_000);
    expect(takeAll(shared, undefined)).toBe(1_000);
    expect(shared.bytes).toBe(1_000);
  });
});
