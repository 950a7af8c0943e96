import { describe, expect, it } from 'vitest';
import { jsonText } from '../../json-text/json-text.js';
import { MESSAGE, type Message } from '../messages.js';
import type { Payload } from '../payload.js';
import { createJsonSerializer } from './json.js';

const serializer = createJsonSerializer();
const LONG = Buffer.from(JSON.stringify({ text: 'é'.repeat(3_000) }));
const SHORT = Buffer.from('{"a":1}');

const result = (payload: Payload): Message => ({ type: MESSAGE.RESULT, request: 7, details: {}, payload });
const around = (bytes: Buffer, note = '') =>
  jsonText(`{"note":${JSON.stringify(note)},"body":`, bytes, `,"last":${JSON.stringify(note)}}`);

describe('a RESULT with a long body', () => {
  it.each([
    ['in kwargs', { kwargs: around(LONG) }],
    ['in kwargs, beside args', { args: [1, 'é'], kwargs: around(LONG) }],
    ['in args', { args: jsonText('[', LONG, ']') }],
    ['within text that is not ASCII', { kwargs: around(LONG, 'né😀') }],
  ])('becomes the same frame in pieces: %s', (_, payload) => {
    const frame = serializer.encodeLong?.(result(payload));
    if (frame === undefined) throw new Error('the frame is in one piece');
    const { before, bytes, after, beforeLength, length } = frame;
    // The body itself is not copied.
    expect(bytes.buffer).toBe(LONG.buffer);
    const whole = Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]);
    expect(whole.toString()).toBe(Buffer.from(serializer.encode(result(payload))).toString());
    expect([beforeLength, length]).toEqual([Buffer.byteLength(before), whole.length]);
  });
});

describe('a frame in one piece', () => {
  it.each<[string, Message]>([
    ['a RESULT with a short body', result({ kwargs: around(SHORT) })],
    ['a RESULT of values', result({ kwargs: { text: 'x'.repeat(10_000) } })],
    ['a RESULT without a payload', result({})],
    [
      'an EVENT, which many may get',
      {
        type: MESSAGE.EVENT,
        subscription: 1,
        publication: 2,
        details: {},
        payload: { kwargs: around(LONG) },
      },
    ],
  ])('is written for %s', (_, message) => {
    expect(serializer.encodeLong?.(message)).toBeUndefined();
  });
});
