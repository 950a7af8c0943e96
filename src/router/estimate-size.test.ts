import { describe, expect, it } from 'vitest';
import { jsonText } from '../json-text/json-text.js';
import { estimateSize } from './estimate-size.js';

describe('the estimated size of a value', () => {
  it.each([
    ['text', 'x'.repeat(1000)],
    ['JSON text', jsonText(`"${'x'.repeat(1000)}"`)],
    ['JSON in bytes', jsonText('["', Buffer.alloc(1000, 'x'), '"]')],
    ['keys', { ['k'.repeat(1000)]: 1 }],
    ['bytes', new Uint8Array(1000)],
    ['an integer', 2n ** 8000n],
    ['a list', Array.from({ length: 100 }, () => 1)],
    ['nested things', [{ a: ['x'.repeat(900)], b: { c: 'x'.repeat(100) } }]],
  ])('counts %s', (_what, value) => {
    expect(estimateSize(value, 1e6)).toBeGreaterThanOrEqual(1000);
    expect(estimateSize(value, 1e6)).toBeLessThan(5000);
  });

  it('counts the bytes of JSON text, not the values that are parsed from it', () => {
    const bytes = new Uint8Array(1000);
    expect(estimateSize(jsonText('', bytes, '', undefined, true), 1e6)).toBe(estimateSize(bytes, 1e6));
  });

  it('counts all the memory that a view keeps alive', () => {
    expect(estimateSize(new Uint8Array(100_000).subarray(0, 1), 1e6)).toBeGreaterThanOrEqual(100_000);
  });

  it.each([
    ['dictionary', Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`k${index}`, index]))],
    ['list', Array.from({ length: 1000 }, (_, index) => index)],
  ])('does not read a %s beyond the limit', (_what, all) => {
    let read = 0;
    const watched = new Proxy(all, {
      get(target, name, receiver) {
        if (/^k?\d/.test(String(name))) read++;
        return Reflect.get(target, name, receiver);
      },
    });
    expect(estimateSize(watched, 200)).toBeGreaterThan(200);
    expect(read).toBeLessThan(20);
    expect(estimateSize(watched, 1e6)).toBeGreaterThan(16_000);
    expect(read).toBeGreaterThanOrEqual(1000);
  });

  it('stops beyond the limit, and never recurses', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(estimateSize(circle, 10_000)).toBeGreaterThan(10_000);
    let deep: unknown = 'x';
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    expect(estimateSize(deep, 1e9)).toBeGreaterThan(100_000);
  });
});
