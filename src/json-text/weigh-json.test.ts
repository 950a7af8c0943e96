import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { weighsMore } from './weigh-json.js';

/** What the text counts as, found by asking. */
function weight(json: string): number {
  const bytes = Buffer.from(json);
  for (let max = 0; ; max++) if (!weighsMore(bytes, max)) return max;
}

/** Values and names, one by one. */
function count(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  if (Array.isArray(value)) return 1 + value.reduce((sum: number, item) => sum + count(item), 0);
  return 1 + Object.values(value).reduce((sum: number, item) => sum + 1 + count(item), 0);
}

describe('the weight of JSON', () => {
  it('counts each value and each name', () => {
    const plain = fc.jsonValue({ maxDepth: 4, stringUnit: fc.constantFrom(...'ab,:[]{}é1-') });
    fc.assert(
      fc.property(plain, fc.constantFrom(0, 1), (value, indent) => {
        // Integers of many digits count more.
        const small = JSON.parse(
          JSON.stringify(value, (_, each) => (typeof each === 'number' ? each % 1000 : each)),
        );
        expect(weight(JSON.stringify(small, undefined, indent))).toBe(count(small));
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, number]>([
    ['"\\u0000AAAA"', 5],
    ['"\\\\u0000AAAA"', 1],
    ['"\\u000a"', 1],
    [`"${'\\"'.repeat(16)}"`, 2],
    [`["${'\\"'.repeat(8)}","${'\\"'.repeat(8)}"]`, 4],
    ['123456789012345', 1],
    ['1234567890123456', 5],
    ['-123456789012345', 5],
    ['1234567890123456.5', 1],
    ['1234567890123456e5', 1],
    ['9'.repeat(400), 101],
    [`{"${'a'.repeat(31)}":1}`, 3],
    [`{"${'a'.repeat(32)}":1}`, 4],
    ['', 0],
    ['  ,,  ', 0],
    ['"no end', 1],
    ['"ends in a backslash \\', 1],
  ])('counts %s as %i', (json, expected) => {
    expect(weight(json)).toBe(expected);
  });

  it('counts strings of any length, with and without escapes', () => {
    for (const length of [0, 1, 63, 64, 65, 319, 320, 321, 5000]) {
      for (const escaped of ['', '\\"', '\\\\', '\\n']) {
        const text = `${'x'.repeat(length)}${escaped}${'y'.repeat(length)}`;
        expect(weight(`["${text}",1,["${text}"]]`)).toBe(5);
      }
    }
  });

  it('counts the names of an object four times from the thousandth on, and no other names', () => {
    const entries = (length: number) => Array.from({ length }, () => '"a":0').join();
    expect(weight(`{${entries(1000)}}`)).toBe(2001);
    expect(weight(`{${entries(1001)}}`)).toBe(2006);
    expect(weight(`[{${entries(600)}},{${entries(600)}}]`)).toBe(2403);
    expect(weight(`{"b":{${entries(600)}},${entries(600)}}`)).toBe(2403);
  });

  it('is counted only up to the limit', () => {
    // What follows would count as more than any limit, if it were looked at.
    expect(weighsMore(Buffer.from('[1,2,3,4'), 3)).toBe(true);
    expect(weighsMore(Buffer.from('[1,2,3,4'), 5)).toBe(false);
  });
});
