import { describe, expect, it } from 'vitest';
import { MESSAGE, type Message } from '../messages.js';
import { invocationRequestOf } from './invocation-request.js';
import { createSerializers } from './serializers.js';

const invocation = (request: number): Message => ({
  type: MESSAGE.INVOCATION,
  request,
  registration: 7,
  details: {},
  payload: { args: ['x'.repeat(100)] },
});

describe.each(createSerializers({}))('a frame in $name', (serializer) => {
  const frameOf = (message: Message): Buffer => Buffer.from(serializer.encode(message));

  it('tells the request of an INVOCATION', () => {
    for (const request of [1, 23, 24, 127, 128, 255, 256, 65_536, 2 ** 32, 2 ** 53]) {
      expect(invocationRequestOf(frameOf(invocation(request)), serializer.name)).toBe(request);
    }
  });

  it('tells nothing about another message', () => {
    const frame = frameOf({
      type: MESSAGE.RESULT,
      request: 1,
      details: {},
      payload: { args: ['x'.repeat(100)] },
    });
    expect(invocationRequestOf(frame, serializer.name)).toBeUndefined();
    expect(invocationRequestOf(frame.subarray(0, 3), serializer.name)).toBeUndefined();
    expect(invocationRequestOf(Buffer.alloc(0), serializer.name)).toBeUndefined();
  });
});
