import { describe, expect, it } from 'vitest';
import { jsonText } from '../../json-text/json-text.js';
import { wampBytes } from '../binary-value.js';
import { type Event, MESSAGE, type Result, type Yield } from '../messages.js';
import type { Payload } from '../payload.js';
import { argsOf, kwargsOf } from '../payload-values.js';
import type { Serializer } from './serializer.js';
import { createSerializers } from './serializers.js';

const [json, msgpack, cbor] = createSerializers() as [Serializer, Serializer, Serializer];

const result = (payload: Payload): Result => ({ type: MESSAGE.RESULT, request: 7, details: {}, payload });
const payloadOf = (serializer: Serializer, payload: Payload): Payload =>
  (serializer.decode(serializer.encode(result(payload))) as Result).payload;

it('the list of serializers begins with JSON', () => {
  expect(createSerializers().map(({ name, subprotocol, binary }) => [name, subprotocol, binary])).toEqual([
    ['json', 'wamp.2.json', false],
    ['msgpack', 'wamp.2.msgpack', true],
    ['cbor', 'wamp.2.cbor', true],
  ]);
});

describe.each([
  ['msgpack', msgpack, '93320780'],
  ['cbor', cbor, '83183207a0'],
] as const)('the serializer %s', (_name, serializer, empty) => {
  it.each<[Payload, Payload]>([
    [{}, {}],
    [{ args: [] }, {}],
    [{ kwargs: {} }, {}],
    [{ args: [1], kwargs: {} }, { args: [1] }],
    [{ kwargs: { a: null } }, { args: [], kwargs: { a: null } }],
    [{ args: jsonText('[]'), kwargs: jsonText('{}') }, {}],
    [{ args: jsonText('[{"a":1}]') }, { args: [{ a: 1 }] }],
    [
      { kwargs: jsonText('{"status":200, "n":12345678901234567890}') },
      { args: [], kwargs: { status: 200, n: 12345678901234567890n } },
    ],
    [{ args: jsonText('[{"a":', Buffer.from('"é"'), ',"b":"ü"}]') }, { args: [{ a: 'é', b: 'ü' }] }],
    [{ kwargs: jsonText('{"__proto__":[]}') }, { args: [], kwargs: JSON.parse('{"__proto__":[]}') }],
  ])('writes a payload like JSON does, without null for an absent slot, case %#', (payload, same) => {
    expect(payloadOf(serializer, payload)).toStrictEqual(same);
    if (Object.keys(same).length === 0) {
      const frame = serializer.encode(result(payload)) as Uint8Array;
      expect(Buffer.from(frame).toString('hex')).toBe(empty);
    }
  });

  it('writes args and kwargs that are JSON text into frames that later frames do not change', () => {
    const both = (size: number): Payload => ({
      args: jsonText(`["${'a'.repeat(size)}"]`),
      kwargs: jsonText(`{"k":"${'k'.repeat(size)}"}`),
    });
    const sizes = [1, 100, 100_000, 2, 1_000_000, 3];
    const frames = sizes.map((size) => serializer.encode(result(both(size))));
    for (const [index, size] of sizes.entries()) {
      const { payload } = serializer.decode(frames[index] as Uint8Array) as Result;
      expect(argsOf(payload)).toEqual(['a'.repeat(size)]);
      expect(kwargsOf(payload)).toEqual({ k: 'k'.repeat(size) });
    }
  });

  it('writes JSON text beside a slot of values', () => {
    const [args, kwargs] = [[1, { a: 2n ** 60n }], { b: [undefined, 'c'], d: undefined }];
    expect(payloadOf(serializer, { args: jsonText('["x"]'), kwargs })).toEqual({
      args: ['x'],
      kwargs: { b: [null, 'c'] },
    });
    expect(payloadOf(serializer, { args, kwargs: jsonText('{"y":null}') })).toEqual({
      args,
      kwargs: { y: null },
    });
    expect(payloadOf(serializer, { args, kwargs: jsonText(' { } ') })).toEqual({ args });
    expect(payloadOf(serializer, { args: jsonText('[ ]'), kwargs: jsonText('{"a":1,"a":2}') })).toEqual({
      args: [],
      kwargs: { a: 2 },
    });
  });

  it('encodes an event for many receivers once, and the next event again', () => {
    const event = (value: unknown): Event => ({
      type: MESSAGE.EVENT,
      subscription: 1,
      publication: 2 ** 53,
      details: {},
      payload: { args: [value] },
    });
    const first = event('a');
    const frame = serializer.encode(first);
    expect(serializer.encode(first)).toBe(frame);
    expect(serializer.encode(event('a'))).not.toBe(frame);
    expect(serializer.decode(serializer.encode(event('b')))).toEqual({
      ...event('b'),
    });
  });

  it('keeps no event that it could not encode', () => {
    const event: Event = {
      type: MESSAGE.EVENT,
      subscription: 1,
      publication: 2,
      details: {},
      payload: { args: ['\ud800'] },
    };
    expect(() => serializer.encode(event)).toThrow();
    expect(() => serializer.encode(event)).toThrow();
  });

  it('turns text of JSON that represents bytes into bytes, deep in args and kwargs', () => {
    const message = json.decode(
      '[70,7,{},["\\u0000AP8=",{"k":["\\u0000"]},"\\u0000no base64"],{"a":"\\u0000AQ=="}]',
    );
    expect(serializer.decode(serializer.encode(message))).toMatchObject({
      payload: {
        args: [new Uint8Array([0, 255]), { k: [new Uint8Array()] }, '\0no base64'],
        kwargs: { a: new Uint8Array([1]) },
      },
    });
    expect(payloadOf(serializer, { args: jsonText('["\\u0000AP8="]') })).toEqual({
      args: [new Uint8Array([0, 255])],
    });
  });

  it('turns text that represents bytes into bytes also in a part that became its own payload', () => {
    const { payload } = json.decode('[70,7,{},["com.topic",["\\u0000AQ=="]]]') as Yield;
    const [, args] = payload.args as [string, readonly unknown[]];
    expect(payloadOf(serializer, { args })).toEqual({ args: [new Uint8Array([1])] });
  });

  it('leaves text that represents bytes as text if it did not come from JSON', () => {
    for (const from of [msgpack, cbor]) {
      const message = from.decode(from.encode(result({ args: ['\0AP8='] })));
      expect(serializer.decode(serializer.encode(message))).toMatchObject({ payload: { args: ['\0AP8='] } });
    }
  });

  it('writes bytes for JSON, and reads them back', () => {
    const message = serializer.decode(
      serializer.encode(result({ args: [wampBytes(new Uint8Array([0, 255]))] })),
    );
    const frame = json.encode(message);
    expect(frame).toBe('[50,7,{},["\\u0000AP8="]]');
    expect(serializer.encode(json.decode(frame))).toEqual(serializer.encode(message));
  });

  it('writes a packed payload as bytes, also if JSON had text in their place', () => {
    const bytes = { opaque: wampBytes(new Uint8Array([1, 2])) };
    const message = serializer.decode(
      serializer.encode({ type: MESSAGE.YIELD, request: 7, options: { ppt_scheme: 'x' }, payload: bytes }),
    );
    expect(message).toMatchObject({ payload: bytes });
    expect(json.encode(message)).toBe('[70,7,{"ppt_scheme":"x"},"\\u0000AQI="]');
    expect(serializer.encode(json.decode(json.encode(message)))).toEqual(serializer.encode(message));
  });

  it('writes neither undefined nor functions in details', () => {
    const message: Result = {
      type: MESSAGE.RESULT,
      request: 7,
      details: { progress: undefined },
      payload: {},
    };
    expect(serializer.decode(serializer.encode(message))).toStrictEqual(result({}));
  });
});

it('JSON text passes from JSON to JSON unchanged', () => {
  for (const frame of [
    '[50,7,{},["\\u0000AP8=","\\u0000no base64"],{"a":"\\u0000AQ"}]',
    '[50,7,{},["\\ud800"],{"\\udc00":1}]',
  ]) {
    expect(json.encode(json.decode(frame))).toBe(frame);
  }
});

it('a lone surrogate passes only from JSON to JSON', () => {
  const message = json.decode('[50,7,{},["\\ud800"]]');
  for (const serializer of [msgpack, cbor]) expect(() => serializer.encode(message)).toThrow(TypeError);
});

it('a number that JSON cannot represent becomes null', () => {
  for (const serializer of [msgpack, cbor]) {
    const message = serializer.decode(serializer.encode(result({ args: [NaN, Infinity, -Infinity] })));
    expect(message).toEqual(result({ args: [NaN, Infinity, -Infinity] }));
    expect(json.encode(message)).toBe('[50,7,{},[null,null,null]]');
  }
});

it('integers of any size pass between JSON and CBOR, and up to 64 bits to MessagePack', () => {
  const message = json.decode('[50,7,{},[1558266424841951553,340282366920938463463374607431768211455]]');
  expect(json.encode(cbor.decode(cbor.encode(message)))).toBe(json.encode(message));
  expect(() => msgpack.encode(message)).toThrow(RangeError);
  const smaller = json.decode('[50,7,{},[18446744073709551615,-9223372036854775808]]');
  expect(json.encode(msgpack.decode(msgpack.encode(smaller)))).toBe(json.encode(smaller));
});
