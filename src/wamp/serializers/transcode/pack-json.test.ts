import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../json.js';
import { jsonText } from '../../../json-text/json-text.js';
import { MESSAGE } from '../../messages.js';
import { JSON_TEXT_NESTING } from '../../payload-values.js';
import { CBOR } from '../cbor/format.js';
import { createCborSerializer } from '../cbor/serializer.js';
import { MSGPACK } from '../msgpack/format.js';
import { createMsgpackSerializer } from '../msgpack/serializer.js';
import type { Serializer } from '../serializer.js';
import { createPackJson, createPackJsonInSteps } from './pack-json.js';

const formats = [
  ['MessagePack', createPackJson(MSGPACK), createMsgpackSerializer(), createPackJsonInSteps(MSGPACK)],
  ['CBOR', createPackJson(CBOR), createCborSerializer(), createPackJsonInSteps(CBOR)],
] as const;

/** A value as the serializer writes it: behind what it writes before the one value of args. */
function written(serializer: Serializer, value: unknown): string {
  const frame = serializer.encode({
    type: MESSAGE.YIELD,
    request: 1,
    options: {},
    payload: { args: [value] },
  });
  return Buffer.from(frame as Uint8Array)
    .subarray(5 + (serializer.name === 'cbor' ? 1 : 0))
    .toString('hex');
}
const hex = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && Buffer.from(bytes).toString('hex');
function steps(work: Generator<void, Uint8Array | undefined>): { count: number; packed?: Uint8Array } {
  for (let count = 1; ; count++) {
    const { done, value } = work.next();
    if (done === true) return { count, ...(value && { packed: value }) };
  }
}
const times = (count: number, one: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => one(index)).join();
const dictOf = (count: number): string => `{${times(count, (index) => `"k${index}":${index}`)}}`;

describe.each(formats)('JSON becomes %s, as its values would', (_name, packJson, serializer, packInSteps) => {
  const packsAsValues = (text: string): void => {
    const expected = written(serializer, parseJson(text, JSON_TEXT_NESTING));
    expect(hex(packJson(jsonText(text))) === expected).toBe(true);
    expect(hex(packJson(jsonText('', Buffer.from(text)))) === expected).toBe(true);
    expect(hex(steps(packInSteps(jsonText(text))).packed) === expected).toBe(true);
  };

  it.each([
    'null',
    'true',
    'false',
    '[]',
    '{}',
    '""',
    '[[],{},[[]],{"":{}}]',
    '[true,false,null,[true],{"a":false,"b":null,"c":true}]',
    ' \t\r\n[ 1 , 2\n,\r3 ] ',
    '\n{ "a" :\t1 , "b" : [ ] ,"c":{ }, "d" : "," } ',
    '{"__proto__":1,"toJSON":{"a":2},"constructor":null}',
    '[",","]","[{","\\"]",":"]',
    '{"k\\"e":"v\\\\","\\\\":"\\\\\\""}',
  ])('%s', packsAsValues);

  it.each([
    ['numbers', `[${'1e5,'.repeat(250_000)}1]`],
    ['fractions', `[${'1.5,'.repeat(250_000)}1]`],
    ['dictionaries', `[${'{"":0},'.repeat(140_000)}1]`],
    ['escapes', `["b","${'\\n'.repeat(500_000)}","a"]`],
    ['long escapes', `{"a":"${'\\u00e9'.repeat(166_666)}"}`],
    ['backslashes and quotes', `"${'\\\\\\"'.repeat(250_000)}"`],
    ['pairs', `"${'\\ud83d\\ude00'.repeat(83_333)}"`],
  ])('in steps, where it is long: %s', (_, text) => {
    const { count, packed } = steps(packInSteps(jsonText(text)));
    expect(count).toBeGreaterThan(20);
    expect(Buffer.compare(packed as Uint8Array, packJson(jsonText(text)) as Uint8Array)).toBe(0);
  });
  it('not where it has so many keys that two are of one hash', () => {
    const text = dictOf(200_001);
    expect(packJson(jsonText(text))).toBeUndefined();
    expect(steps(packInSteps(jsonText(text))).packed).toBeUndefined();
  });

  it.each([0, 1, 23, 24, 31, 32, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1])(
    'integers about %i',
    (edge) => {
      for (const integer of [edge, edge + 1]) {
        packsAsValues(`${integer}`);
        packsAsValues(`[-${integer}]`);
      }
    },
  );

  it.each([
    ...['4294967296', '-4294967297', '999999999999999', '1000000000000000', '-9007199254740991'],
    ...['9007199254740992', '9007199254740993', '-9007199254740992', '-9007199254740993'],
    ...['9223372036854775807', '9223372036854775808', '18446744073709551615', '-9223372036854775808'],
  ])('the long integer %s', packsAsValues);

  it.each([
    ...['0.1', '1.5', '-2.75', '7.50', '0.000000000000001', '123456789012345.6', '0.30000000000000004'],
    ...['1.0', '-1.0', '100.00', '4294967296.0', '-0', '-0.0', '0e7', '1e3', '1E+3', '25e-1', '1e15'],
    ...['1e16', '9007199254740993.0', '1e21', '1e22', '1e23', '5e-324', '1e-400', '1e400', '-1e400'],
    ...['1.7976931348623157e308', '8.5e22', '-13.377703999999999', '12345678901234567890.5'],
  ])('the number %s', packsAsValues);

  it.each([22, 23, 24, 30, 31, 32, 33, 254, 255, 256, 65_534, 65_535, 65_536, 65_537])(
    'text of %i bytes',
    (length) => {
      for (const begin of ['', 'é', '€', '😀', '\\n', '\\u00e9', '\\u20ac', '\\uD83D\\uDE00', '\\"']) {
        const bytes = Buffer.byteLength(JSON.parse(`"${begin}"`));
        packsAsValues(`["${begin}${'x'.repeat(length - bytes)}"]`);
        packsAsValues(`{"${'x'.repeat(length - bytes)}${begin}":"${begin}"}`);
      }
    },
  );

  it('every escape, wherever it stands', () => {
    const escapes = ['\\"', '\\\\', '\\/', '\\b', '\\f', '\\n', '\\r', '\\t', '\\u0001', '\\u001F'];
    escapes.push('\\u0041', '\\u005c', '\\u0022', '\\u007f', '\\u0080', '\\u07ff', '\\u0800', '\\ud7ff');
    escapes.push(
      '\\ue000',
      '\\uFFFF',
      '\\ud800\\udc00',
      '\\uDBFF\\uDFFF',
      '\\\\\\\\',
      '\\\\\\"',
      '\\\\u0041',
    );
    for (const escaped of escapes) {
      for (let before = 0; before < 6; before++) {
        for (const other of ['', 'y', 'yyyyy', '\\\\', '\\"', escaped]) {
          packsAsValues(`["${'x'.repeat(before)}${escaped}${other}"]`);
        }
      }
    }
  });

  it.each([15, 16, 17, 23, 24, 255, 256, 65_535, 65_536])('lists and dictionaries of %i', (count) => {
    packsAsValues(`[${times(count, String)}]`);
    packsAsValues(dictOf(count));
    packsAsValues(`[${dictOf(count)},[${times(count, () => '[]')}],${dictOf(3)}]`);
  });

  it('what takes more room than its JSON', () => {
    packsAsValues(`[${times(100_000, () => '1.5')}]`);
    packsAsValues(`[${times(20, () => `[${times(1_000, () => '2.5')}]`)}]`);
    packsAsValues(`{${times(60_000, (index) => `"${index.toString(36)}_":0`)}}`);
  });

  it('a thousand levels, and as many as other ways allow', () => {
    for (const levels of [1_000, JSON_TEXT_NESTING]) {
      const text = `${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`;
      const packed = packJson(jsonText(text));
      expect(packed?.length).toBe(levels * 2 + 1);
    }
    expect(packJson(jsonText(`${'['.repeat(2_049)}${']'.repeat(2_049)}`))).toBe(undefined);
  });

  it('in whatever pieces it comes', () => {
    const text = '{"a":["x\\n€",-12.5e1,true],"ü":{"c":null,"d":9007199254740993}}';
    const expected = written(serializer, parseJson(text));
    for (let start = 0; start <= text.length; start++) {
      for (let end = start; end <= text.length; end++) {
        const middle = Buffer.from(text.slice(start, end));
        const packed = packJson(jsonText(text.slice(0, start), middle, text.slice(end)));
        expect(hex(packed)).toBe(expected);
      }
    }
  });

  it.each([
    ['a key that is there twice', '{"a":1,"b":2,"a":3}'],
    ['one that is there twice, written differently', '[{"b":{"a":1,"\\u0061":[]}}]'],
    ['one among many', dictOf(100).replace('"k99"', '"k7"')],
    ['text that stands for bytes', '["\\u0000AQ=="]'],
    ['the first half of a surrogate pair', '["\\ud800"]'],
    ['the second one', '["\\udc00"]'],
    ['one before another first one', '["\\ud800\\ud800\\udc00"]'],
    ['one behind a backslash', '["\\\\ud800\\udc00"]'],
    ['two halves with a backslash in between', '["\\ud800\\\\\\udc00"]'],
    ['the halves the wrong way round', '["\\udc00\\ud800"]'],
    ['half of one as a key', '{"\\ud800":1}'],
    ['an integer beyond 64 bit', '[18446744073709551616]'],
    ['one of many digits', `[${'1'.repeat(5_000)}]`],
  ])('but not %s', (_what, text) => {
    expect(packJson(jsonText(text))).toBe(undefined);
  });

  it('a key of every dictionary may be in another one, too', () => {
    packsAsValues('{"a":{"a":{"a":1},"b":{"a":2}},"b":[{"a":3},{"a":4}]}');
  });

  it.each([
    '',
    ' ',
    ',',
    '"',
    '\\',
    ']',
    '}',
    '[',
    '{',
    '[}',
    '{]',
    '{"a"}',
    '{"a":1,"b"}',
    '[1',
    '1]',
    '1 2',
    'xe',
    '[1-2]',
  ])('nor what is no JSON: %s', (text) => {
    expect(packJson(jsonText(text))).toBe(undefined);
  });

  it('and it stays within its memory with what is no JSON, too', () => {
    const text = '[{"a":"\\uD83D\\uDE00\\n","b\\\\":[-1.5e3,true]},null,false,12345678901234567890]';
    for (let at = 0; at < text.length; at++) {
      expect(() => packJson(jsonText(text.slice(0, at)))).not.toThrow();
      expect(() => packJson(jsonText(text.slice(at)))).not.toThrow();
      for (const wrong of '"\\[]{}:,1eu\0') {
        expect(() => packJson(jsonText(text.slice(0, at) + wrong + text.slice(at + 1)))).not.toThrow();
      }
    }
  });
});
