import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from './json.js';

describe('parseJson', () => {
  it.each([
    ['9007199254740992', 9007199254740992],
    ['9007199254740993', 9007199254740993n],
    ['-9007199254740993', -9007199254740993n],
    ['1000000000000000', 1000000000000000],
    ['340282366920938463463374607431768211455', 2n ** 128n - 1n],
    ['1.2345678901234567', 1.2345678901234567],
    ['12345678901234567.5', Number('12345678901234567.5')],
    ['1e0000000000000001', 10],
    ['1e-0000000000000001', 0.1],
    ['12345678901234567e2', Number('12345678901234567e2')],
    ['"12345678901234567"', '12345678901234567'],
    ['"\\"12345678901234567,"', '"12345678901234567,'],
    ['"\\\\",', undefined],
    [
      '[12345678901234567 ,{"12345678901234567":12345678901234567}]',
      [12345678901234567n, { '12345678901234567': 12345678901234567n }],
    ],
  ])('reads %s', (text, value) => {
    if (value === undefined) expect(() => parseJson(text)).toThrow(SyntaxError);
    else expect(parseJson(text)).toEqual(value);
  });

  it('finds long integers in every place', () => {
    for (let before = 0; before < 34; before++) {
      const space = ' '.repeat(before);
      const text = `${space}[123456789012345,${'9'.repeat(16)},1,${'9'.repeat(17)}]`;
      expect(parseJson(text)).toEqual([123456789012345, 9999999999999999n, 1, 99999999999999999n]);
      expect(parseJson(`${space}-9999999999999999`)).toBe(-9999999999999999n);
    }
  });

  it.each([
    '{12345678901234567:1}',
    '{12345678901234567 :1}',
    '0123456789012345678',
    '--12345678901234567',
    '12345678901234567"x"',
    '"x"12345678901234567',
    '[12345678901234567 12345678901234567]',
    '[12345678901234567',
    `[${'9'.repeat(4097)}]`,
  ])('refuses %s', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it.each([
    '{"__proto__":{"a":1}}',
    '{"__proto__":{"a":12345678901234567}}',
    '{"\\u005f_proto__":[12345678901234567]}',
  ])('keeps __proto__ as an own key: %s', (text) => {
    const value = parseJson(text) as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(stringifyJson(value)).toBe(text.replace('\\u005f', '_'));
  });

  it.each(['{"y":1,"\\u0079":2,"y":3}', '{"\\u0079":1,"y":3}', '{"y":1,"\\u0079":3}', '{"\\"":1,"y":3}'])(
    'keeps the last of two equal keys, escaped or not: %s',
    (text) => {
      expect(parseJson(text)).toEqual(JSON.parse(text));
    },
  );

  it('reads keys of one escaped character correctly, whatever it has read before', () => {
    const keysOf = (text: string) => Object.keys(parseJson(text) as object);
    // V8 from Node 24 on reads each of the second ones as a backslash after the first.
    for (const key of ['\\"', '\\n', '\\u0000', '\\u00e9', '\\/']) {
      expect(keysOf('{"h":[],"\\\\":0}')).toEqual(['h', '\\']);
      expect(keysOf(`{"h":1,"${key}":2}`)).toEqual(['h', JSON.parse(`"${key}"`)]);
    }
    expect(parseJson('{"a":{"\\n" : ["\\n"],"\\"":"\\"\\":1"},"\\t":12345678901234567890}')).toEqual({
      a: { '\n': ['\n'], '"': '"":1' },
      '\t': 12345678901234567890n,
    });
    expect(keysOf('{"\\u005f":1,"b":2,"_":3,"__proto__":4,"\\u0031":5}')).toEqual([
      '1',
      '_',
      'b',
      '__proto__',
    ]);
    expect(parseJson('{"\\u005f":1,"b":2,"_":3}')).toEqual({ _: 3, b: 2 });
  });

  it('counts nesting without the brackets in strings', () => {
    const nested = (levels: number): string => `${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`;
    expect(() => parseJson(nested(512))).not.toThrow();
    expect(() => parseJson(nested(514))).toThrow('deeper than 512');
    expect(() => parseJson(nested(4), 3)).toThrow('deeper than 3');
    expect(() => parseJson('["\\"[[[[[[[["]', 3)).not.toThrow();
    expect(() => parseJson('[[],[],[],[],[],[],[]]', 3)).not.toThrow();
    // Closing brackets within a string do not make room.
    expect(() => parseJson('[["]]"],["]]",[["]"]]]]', 3)).toThrow('deeper than 3');
    expect(() => parseJson('['.repeat(1_000_000))).toThrow('deeper than 512');
  });
});

const integer = fc.oneof(
  fc.maxSafeInteger(),
  fc.bigInt({ min: 2n ** 53n + 1n }),
  fc.bigInt({ max: -(2n ** 53n) - 1n }),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    integer,
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('tree')),
    fc.dictionary(
      fc.oneof(fc.string(), fc.stringMatching(/^\d{16,20}$/), fc.constant('__proto__')),
      tie('tree'),
      {
        noNullPrototype: true,
      },
    ),
  ),
}));

describe('stringifyJson', () => {
  it('writes text that parseJson reads back unchanged', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const text = stringifyJson(value);
        expect(stringifyJson(parseJson(text))).toBe(text);
        expect(parseJson(text)).toEqual(value);
      }),
    );
  });

  it('writes the same text as JSON.stringify', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(stringifyJson(value)).toBe(JSON.stringify(value));
        expect(stringifyJson(parseJson(JSON.stringify(value)))).toBe(JSON.stringify(value));
      }),
    );
  });

  it('writes a BigInt as digits, but not a string that looks like one', () => {
    expect(stringifyJson([2n ** 64n, '18446744073709551616', { k: -1n }])).toBe(
      '[18446744073709551616,"18446744073709551616",{"k":-1}]',
    );
  });

  it('refuses values that JSON cannot represent', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => stringifyJson(circle)).toThrow(TypeError);
    expect(() => stringifyJson([circle, 1n])).toThrow(TypeError);
    expect(() => stringifyJson(undefined)).toThrow(TypeError);
    expect(() => stringifyJson(() => {})).toThrow(TypeError);
  });
});
