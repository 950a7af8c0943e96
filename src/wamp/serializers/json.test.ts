import { describe, expect, it } from 'vitest';
import { jsonText } from '../../json-text/json-text.js';
import { ProtocolViolation } from '../decode.js';
import { type Event, MESSAGE, type Message } from '../messages.js';
import type { Payload } from '../payload.js';
import { argsOf, kwargsOf } from '../payload-values.js';
import { createJsonSerializer } from './json.js';

const result = (payload: Payload): Message => ({ type: MESSAGE.RESULT, request: 7, details: {}, payload });

describe('the JSON serializer', () => {
  const json = createJsonSerializer();

  it.each<[Payload, string]>([
    [{}, '[50,7,{}]'],
    [{ args: [] }, '[50,7,{}]'],
    [{ kwargs: {} }, '[50,7,{}]'],
    [{ args: [1], kwargs: {} }, '[50,7,{},[1]]'],
    [{ kwargs: { a: null } }, '[50,7,{},[],{"a":null}]'],
    [{ kwargs: { big: 9007199254740993n } }, '[50,7,{},[],{"big":9007199254740993}]'],
    // Written as it is: spaces, exponents, digits and all.
    [
      { kwargs: jsonText('{"status":200,"body": {"n":1.0e2,"n2":12345678901234567890}}') },
      '[50,7,{},[],{"status":200,"body": {"n":1.0e2,"n2":12345678901234567890}}]',
    ],
    [{ args: jsonText('[{"status":200}]') }, '[50,7,{},[{"status":200}]]'],
    [{ args: jsonText('[]'), kwargs: jsonText('{"a":1}') }, '[50,7,{},[],{"a":1}]'],
    [{ args: jsonText('[1]'), kwargs: jsonText('{}') }, '[50,7,{},[1]]'],
  ])('writes a payload into its frame, case %#', (payload, frame) => {
    expect(json.encode(result(payload))).toBe(frame);
  });

  it.each<[Payload, string]>([
    [
      { kwargs: jsonText('{"body":', Buffer.from('{"ü":"ß"}'), ',"é":1}') },
      '[50,7,{},[],{"body":{"ü":"ß"},"é":1}]',
    ],
    [{ args: jsonText('["ä",', Buffer.from('1'), ']') }, '[50,7,{},["ä",1]]'],
    [{ args: ['€'], kwargs: jsonText('', Buffer.from('{"a":1}'), '') }, '[50,7,{},["€"],{"a":1}]'],
    [{ args: jsonText('[', Buffer.from('"ö"'), ']'), kwargs: { b: 2 } }, '[50,7,{},["ö"],{"b":2}]'],
    [{ args: jsonText('[', Buffer.from('1'), ']'), kwargs: jsonText('{}') }, '[50,7,{},[1]]'],
  ])('writes JSON in bytes into its frame, case %#', (payload, frame) => {
    const encoded = json.encode(result(payload));
    expect(typeof encoded === 'string' ? encoded : new TextDecoder().decode(encoded)).toBe(frame);
    expect(json.decode(encoded)).toMatchObject({ type: MESSAGE.RESULT, request: 7 });
  });

  it.each<[string, number]>([
    ['7', 1],
    ['[]', 1],
    ['{}', 1],
    ['"a"', 1],
    ['true', 1],
    ['false', 1],
    ['null', 1],
    ['-1.5e+7', 1],
    [' [ true , false ] ', 3],
    ['"\\u0000AAAA"', 5 + 1 / 16],
    ['12345678901234567', 5],
    ['1.2345678901234567', 1],
    ['{"a":[]}', 3],
    [`{"${'a'.repeat(64)}":0}`, 5],
    [`"${'\\n'.repeat(32)}"`, 3],
    // Brackets in text are none.
    ['"[{[{"', 1],
  ])('refuses more %s than the limit, each counted as %i', (one, weight) => {
    const frame = (count: number, spoilt = '') => `[70,7,{},[${Array(count).fill(one).join(',')}]${spoilt}]`;
    // The message, its code, its request, its options and its arguments are five.
    const max = Math.floor(995 / weight);
    for (const textFrom of [0, 1e9]) {
      const limited = createJsonSerializer({ maxValues: 1000, textFrom });
      for (const form of [(text: string) => text, (text: string) => Buffer.from(text)]) {
        expect(() => limited.decode(form(frame(max)))).not.toThrow();
        expect(() => limited.decode(form(frame(max + 1)))).toThrow('more than 1000 values and names');
      }
    }
  });

  it('counts the names of a large dictionary four times', () => {
    const limited = createJsonSerializer({ maxValues: 10_000 });
    const frame = (count: number) => Buffer.from(`[70,7,{},[{${Array(count).fill('"a":0').join(',')}}]]`);
    // 2 each for the first thousand, 5 each beyond them.
    expect(() => limited.decode(frame(2598))).not.toThrow();
    expect(() => limited.decode(frame(2599))).toThrow('more than 10000');
  });

  it('does not mistake a received dictionary for JSON text', () => {
    const message = json.decode('[70,7,{},[],{"jsonText":"{]"}]');
    expect(json.encode(message)).toBe('[70,7,{},[],{"jsonText":"{]"}]');
  });

  it('encodes an event for many receivers once, and the next event again', () => {
    const event = (args: readonly unknown[]): Event => ({
      type: MESSAGE.EVENT,
      subscription: 1,
      publication: 2,
      details: {},
      payload: { args },
    });
    let looked = 0;
    const counting = {
      get value() {
        return ++looked;
      },
    };
    const first = event([counting]);
    expect([json.encode(first), json.encode(first)]).toEqual([
      '[36,1,2,{},[{"value":1}]]',
      '[36,1,2,{},[{"value":1}]]',
    ]);
    expect(json.encode(event(['other']))).toBe('[36,1,2,{},["other"]]');
  });

  it('throws for values that cannot be encoded', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => json.encode(result({ args: circle }))).toThrow(TypeError);
  });

  it('limits nesting, and counts the message itself', () => {
    const strict = createJsonSerializer({ maxNesting: 3 });
    expect(strict.decode('[48,1,{},"com.a",[[]]]')).toMatchObject({ procedure: 'com.a' });
    expect(() => strict.decode('[48,1,{},"com.a",[[[]]]]')).toThrow('nested deeper than 3 levels');
  });

  it('reports broken JSON without quoting it', () => {
    expect(() => json.decode('[48,secret]')).toThrow(/^the frame is not valid JSON$/);
  });

  it('reads bytes only as UTF-8', () => {
    expect(json.decode(new TextEncoder().encode('[6,{},"com.ä"]'))).toMatchObject({ reason: 'com.ä' });
    expect(() => json.decode(Buffer.from('[6,{},"com.\xe4"]', 'latin1'))).toThrow(ProtocolViolation);
    expect(() => json.decode(new TextEncoder().encode('\ufeff[6,{},"com.a"]'))).toThrow(ProtocolViolation);
  });
});

describe('payload values', () => {
  it('are parsed exactly if they are text, and are empty if absent', () => {
    const payload = { args: jsonText('[12345678901234567890]'), kwargs: jsonText('{"__proto__":1}') };
    expect(argsOf(payload)).toEqual([12345678901234567890n]);
    expect(Object.keys(kwargsOf(payload))).toEqual(['__proto__']);
    expect([argsOf({}), kwargsOf({})]).toEqual([[], {}]);
  });
});
