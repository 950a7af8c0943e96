import { describe, expect, it } from 'vitest';
import { createPrepare } from './prepare-values.js';

const prepare = createPrepare((integer) => integer < 2n ** 64n);

describe('preparing values', () => {
  it('returns values that need no change unchanged', () => {
    const value = [
      1,
      -1,
      2 ** 32 - 1,
      -(2 ** 31),
      1.5,
      1e300,
      2 ** 60,
      'text',
      '\0',
      true,
      null,
      { a: [{ b: 1n }] },
      new Uint8Array(3),
      NaN,
    ];
    const copy = prepare(value, false) as unknown[];
    // NaN is unlike itself, and costs its list a copy.
    expect(copy).toEqual(value);
    expect(prepare(value.slice(0, -1), false)).toStrictEqual(value.slice(0, -1));
    const plain = value.slice(0, -1);
    expect(prepare(plain, false)).toBe(plain);
  });

  it('turns integers beyond 32 bits up to 2^53 into BigInt, and leaves larger ones as floats', () => {
    const integers = [2 ** 32, -(2 ** 31) - 1, 2 ** 53, -(2 ** 53)];
    expect(prepare(integers, false)).toEqual(integers.map(BigInt));
    expect(prepare(2 ** 53 + 2, false)).toBe(2 ** 53 + 2);
  });

  it('copies only the path to a change', () => {
    const [same, list] = [{ deep: [1] }, [1, 2 ** 40]];
    const value = { same, list, more: [same] };
    const copy = prepare(value, false) as typeof value;
    expect(copy).toEqual({ same, list: [1, 2n ** 40n], more: [same] });
    expect([copy.same === same, copy.more === value.more, list[1]]).toEqual([true, true, 2 ** 40]);
  });

  it('takes time that grows with the size, not with the depth', () => {
    let value: unknown = [2 ** 40];
    for (let depth = 0; depth < 500; depth++) value = depth % 2 === 0 ? [value, value === null] : { value };
    let copy = prepare(value, false);
    for (let depth = 499; depth >= 0; depth--)
      copy = depth % 2 === 0 ? (copy as unknown[])[0] : (copy as { value: unknown }).value;
    expect(copy).toEqual([2n ** 40n]);
  });

  it('turns text that represents bytes into bytes if asked to', () => {
    expect(prepare(['\0AP8=', { k: '\0' }], true)).toEqual([
      new Uint8Array([0, 255]),
      { k: new Uint8Array() },
    ]);
    for (const text of ['AP8=', '\0AP8', '\0AP8=\n', '\0A===', '\0====', '\0AP-_', '\0\0AP8']) {
      expect(prepare(text, true)).toBe(text);
    }
  });

  it('drops undefined from dictionaries, and replaces it with null in lists', () => {
    const value = { a: undefined, b: 1, c: () => {}, d: Symbol('d') };
    expect(Object.keys(prepare(value, false) as object)).toEqual(['b']);
    expect(prepare([undefined, 1, () => {}], false)).toEqual([null, 1, null]);
  });

  it('calls toJSON like JSON.stringify, but not for a key with that name', () => {
    expect(prepare({ at: new Date(0) }, false)).toEqual({ at: '1970-01-01T00:00:00.000Z' });
    const dict = { toJSON: 'no method', constructor: 1, hasOwnProperty: 2 };
    expect(prepare(dict, false)).toBe(dict);
  });

  it('keeps a key __proto__ in a copy', () => {
    const value = JSON.parse('{"a":1,"__proto__":{"b":1099511627776},"c":2}');
    const copy = prepare(value, false) as object;
    expect(Object.entries(copy)).toEqual([
      ['a', 1],
      ['__proto__', { b: 2n ** 40n }],
      ['c', 2],
    ]);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  });

  it.each([
    ['half a pair', '\ud800', TypeError],
    ['half a pair in a key', { '\udc00': 1 }, TypeError],
    ['an integer that the format cannot hold', [2n ** 64n], RangeError],
  ])('refuses %s without quoting it', (_name, value, kind) => {
    expect(() => prepare(value, false)).toThrow(kind);
    expect(() => prepare(value, false)).toThrow(/^[a-z -]+$/i);
  });

  it('refuses a circular value', () => {
    const circle: unknown[] = [];
    circle.push({ circle });
    expect(() => prepare(circle, false)).toThrow(RangeError);
  });
});
