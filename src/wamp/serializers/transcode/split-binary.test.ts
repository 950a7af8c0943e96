import { describe, expect, it } from 'vitest';
import { isJsonText, textOfJson } from '../../../json-text/json-text.js';
import { forEachEntry } from '../../../json-text/object-entries.js';
import { type Call, MESSAGE } from '../../messages.js';
import type { Payload } from '../../payload.js';
import { argsOf, kwargsOf } from '../../payload-values.js';
import type { Serializer } from '../serializer.js';
import { createSerializers } from '../serializers.js';

const called = (payload: Payload): Call => ({
  type: MESSAGE.CALL,
  request: 7,
  options: { timeout: 5 },
  procedure: 'com.a',
  payload,
});
const textOf = (slot: Payload['args'] | Payload['kwargs']): unknown =>
  isJsonText(slot) ? textOfJson(slot) : slot;

const [, msgpack, cbor] = createSerializers({ textFrom: 0 }) as [Serializer, Serializer, Serializer];

describe.each([
  ['msgpack', msgpack],
  ['cbor', cbor],
] as const)('a payload that came as %s', (name, serializer) => {
  const decoded = (payload: Payload): Payload =>
    (serializer.decode(serializer.encode(called(payload))) as Call).payload;

  it.each<[unknown]>([
    [[]],
    [[null, true, false, [], {}, [[]]]],
    [[0, 9, 10, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53]],
    [[-1, -24, -25, -32, -33, -128, -129, -32_768, -32_769, -(2 ** 31), -(2 ** 31) - 1, -(2 ** 53)]],
    [[1.5, -0.1, 5e-324, 1e-7, 123456.789, Math.PI]],
    [['', 'x', 'ü€😀', '\u2028\u2029\u007f', '"', '\\', '\b\f\n\r\t', '\u0001\u001f', '/', '\ufeffx']],
    [['x'.repeat(31), 'x'.repeat(32), 'x'.repeat(255), 'ü'.repeat(70_000), '"\n'.repeat(70_000)]],
    [[`"${'x'.repeat(300)}\\${'y'.repeat(300)}\u001f`]],
    [[Array.from({ length: 20 }, (_, n) => n), Array.from({ length: 70_000 }, () => 'x')]],
  ])('is the same JSON as that of its values, case %#', (args) => {
    const text = JSON.stringify(args);
    const object = `{"a":${text},"":1}`;
    const payload = decoded({ args: args as unknown[], kwargs: JSON.parse(object) });
    expect(textOf(payload.args)).toBe(text);
    expect(textOf(payload.kwargs)).toBe(object);
  });

  it('contains integers beyond 2^53 as their digits', () => {
    const { args } = decoded({ args: [2n ** 53n + 1n, -(2n ** 63n), 2n ** 64n - 1n] });
    expect(textOf(args)).toBe('[9007199254740993,-9223372036854775808,18446744073709551615]');
  });

  it('keeps the order of its names, including __proto__', () => {
    const frame = {
      msgpack: '96 30 07 80 a5 636f6d2e61 90 83 a132 01 a131 02 a9 5f5f70726f746f5f5f 03',
      cbor: '86 1830 07 a0 65 636f6d2e61 80 a3 6132 01 6131 02 69 5f5f70726f746f5f5f 03',
    }[name];
    const call = serializer.decode(Buffer.from(frame.replaceAll(' ', ''), 'hex')) as Call;
    expect(textOf(call.payload.kwargs)).toBe('{"2":1,"1":2,"__proto__":3}');
    expect(kwargsOf(call.payload)).toEqual(JSON.parse('{"2":1,"1":2,"__proto__":3}'));
  });

  it('reports where the entries of its kwargs are', () => {
    const { kwargs } = decoded({ kwargs: { a: [1, 'x'], ü: { b: 1 }, n: null } });
    if (!isJsonText(kwargs) || kwargs.bounds === undefined) throw new Error('not told');
    const entries: string[][] = [];
    const json = Buffer.from(kwargs.bytes);
    forEachEntry(json, kwargs.bounds, (entry, _begin, start, end) =>
      entries.push([entry, json.toString('utf8', start, end)]),
    );
    expect(entries).toEqual([
      ['a', '[1,"x"]'],
      ['ü', '{"b":1}'],
      ['n', 'null'],
    ]);
  });

  it.each<[string, unknown]>([
    ['bytes', new Uint8Array([1])],
    ['U+0000, which in JSON may stand for bytes', '\0AQ=='],
    ['NaN', Number.NaN],
    ['an infinity', Number.POSITIVE_INFINITY],
    ['a float that JSON would have as an exact integer', 2 ** 60],
  ])('becomes values if it contains %s', (_what, value) => {
    const payload = decoded({ args: [[value]], kwargs: { a: { b: value } } });
    expect(isJsonText(payload.args) || isJsonText(payload.kwargs)).toBe(false);
    expect(argsOf(payload)).toEqual([[value]]);
    expect(kwargsOf(payload)).toEqual({ a: { b: value } });
  });

  it('becomes values if it contains negative zero', () => {
    const frame = {
      msgpack: '95300780a5636f6d2e6191cb8000000000000000',
      cbor: '85183007a065636f6d2e6181fb8000000000000000',
    }[name];
    expect((serializer.decode(Buffer.from(frame, 'hex')) as Call).payload.args).toEqual([-0]);
  });

  it('becomes values if a name occurs twice, because the last one counts, or if there are very many names', () => {
    const frame = {
      msgpack: '96300780a5636f6d2e6190 81a16b82a16101a16102',
      cbor: '86183007a065636f6d2e6180 a1616ba2616101616102',
    }[name];
    const call = serializer.decode(Buffer.from(frame.replaceAll(' ', ''), 'hex')) as Call;
    expect(call.payload.kwargs).toEqual({ k: { a: 2 } });
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`n${n}`, n]));
    expect(decoded({ args: [], kwargs: many }).kwargs).toEqual(many);
  });
});

it('a payload in CBOR with open length or with tags becomes values', () => {
  for (const kwargs of ['bf616101ff', 'a1616a9f01ff', 'a17f6161ff01', 'a16161c101', 'a16161f7']) {
    const call = cbor.decode(Buffer.from(`86183007a065636f6d2e6180${kwargs}`, 'hex')) as Call;
    expect(isJsonText(call.payload.kwargs)).toBe(false);
  }
});
