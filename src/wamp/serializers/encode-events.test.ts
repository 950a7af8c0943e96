import { expect, it } from 'vitest';
import { type Event, MESSAGE, type Result } from '../messages.js';
import type { Payload } from '../payload.js';
import { encodeEventsOnce } from './encode-events.js';

const event = (subscription: number, payload: Payload): Event => ({
  type: MESSAGE.EVENT,
  subscription,
  publication: 1,
  details: {},
  payload,
});
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Frames of the subscription and the first of args, which is text; an empty text cannot be written. */
function setUp() {
  const done: string[] = [];
  const coder = encodeEventsOnce<string, string>({
    tailOf({ args }) {
      const [text] = args as readonly [string];
      done.push(`tail of ${text.slice(0, 3)}`);
      if (text === '') throw new Error('cannot be written');
      return text;
    },
    lengthOf: (tail) => tail.length,
    frameOf(message, tail) {
      const { subscription } = message as Event;
      done.push(`frame for ${subscription}`);
      return `${subscription} ${tail}`;
    },
    encode: (message) => `${message.type}`,
  });
  return { ...coder, done };
}

it('an event is encoded once', () => {
  const { encode, done } = setUp();
  const first = event(1, { args: ['a'] });
  expect([encode(first), encode(first)]).toEqual(['1 a', '1 a']);
  expect(done).toEqual(['tail of a', 'frame for 1']);
});

it('a payload for several subscriptions is encoded once', () => {
  const { encode, done } = setUp();
  const payload = { args: ['a'] };
  expect([encode(event(1, payload)), encode(event(2, payload))]).toEqual(['1 a', '2 a']);
  expect(encode(event(2, { args: ['b'] }))).toBe('2 b');
  expect(done).toEqual(['tail of a', 'frame for 1', 'frame for 2', 'tail of b', 'frame for 2']);
});

it('an event that is too large is refused without building a frame, and its payload is measured once', async () => {
  const { exceeds, done } = setUp();
  const long = { args: ['x'.repeat(20_000)] };
  expect([exceeds(event(1, long), 19_999), exceeds(event(1, long), 20_000)]).toEqual([true, false]);
  await nextTurn();
  expect(exceeds(event(2, long), 19_999)).toBe(true);
  expect(done).toEqual(['tail of xxx']);
});

it('an event that cannot be encoded is tried once', async () => {
  const { encode, exceeds, done } = setUp();
  const payload = { args: [''] };
  expect(() => encode(event(1, payload))).toThrow('cannot be written');
  await nextTurn();
  expect(() => encode(event(1, payload))).toThrow('cannot be written');
  expect(() => exceeds(event(2, payload), 1)).toThrow('cannot be written');
  expect(done).toEqual(['tail of ']);
});

it('an event that is sent over several turns is encoded once, and then released from memory', async () => {
  const { encode, done } = setUp();
  const first = event(1, { args: ['a'] });
  encode(first);
  for (let turn = 0; turn < 3; turn++) {
    await nextTurn();
    encode(first);
  }
  expect(done).toEqual(['tail of a', 'frame for 1']);
  await nextTurn();
  await nextTurn();
  encode(first);
  expect(done).toEqual(['tail of a', 'frame for 1', 'tail of a', 'frame for 1']);
});

it('any other message is encoded each time', () => {
  const { encode } = setUp();
  const result: Result = { type: MESSAGE.RESULT, request: 1, details: {}, payload: {} };
  expect([encode(result), encode(result)]).toEqual(['50', '50']);
});
