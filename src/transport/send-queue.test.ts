import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../wamp/messages.js';
import { isWithin, judgeRoom } from './send-queue.js';

const MEGABYTE = 1024 * 1024;
const LIMITS = { maxSendBuffer: 4 * MEGABYTE, maxSendQueue: 100 };
const judge = (type: number | undefined, size: number, bytes = 0, messages = 0) =>
  judgeRoom(type, Buffer.alloc(size), bytes, messages, LIMITS);

describe('the send queue of a receiver', () => {
  it('accepts a frame up to the last byte of the limit', () => {
    expect(judge(MESSAGE.RESULT, 4 * MEGABYTE)).toBe('fits');
    expect(judge(MESSAGE.EVENT, MEGABYTE, 3 * MEGABYTE)).toBe('fits');
  });

  it('refuses a frame that is larger than the whole queue, and leaves that to the sender', () => {
    for (const type of [MESSAGE.RESULT, MESSAGE.EVENT, MESSAGE.INVOCATION]) {
      expect(judge(type, 4 * MEGABYTE + 1)).toBe('too_large');
    }
  });

  it('drops only a large RESULT that has no room', () => {
    expect(judge(MESSAGE.RESULT, 2 * MEGABYTE, 3 * MEGABYTE)).toBe('too_large');
  });

  it('ends the connection for an EVENT without room, because nobody would notice its loss', () => {
    expect(judge(MESSAGE.EVENT, 2 * MEGABYTE, 3 * MEGABYTE)).toBe('too_slow');
    expect(judge(MESSAGE.EVENT, 10, 4 * MEGABYTE)).toBe('too_slow');
  });

  it('lets small frames exceed the limit a little, for the ERROR that says why, then ends the connection', () => {
    expect(judge(MESSAGE.ERROR, 1000, 4 * MEGABYTE)).toBe('fits');
    expect(judge(MESSAGE.ERROR, 1000, 5 * MEGABYTE - 999)).toBe('too_slow');
    expect(judge(undefined, 1000, 5 * MEGABYTE - 999)).toBe('too_slow');
  });

  it('ends the connection if too many messages wait, whatever their size', () => {
    expect(judge(MESSAGE.RESULT, 10, 0, 99)).toBe('fits');
    expect(judge(MESSAGE.RESULT, 10, 0, 100)).toBe('too_slow');
    expect(judge(MESSAGE.EVENT, 10, 0, 100)).toBe('too_slow');
  });
});

it('the size of text is that of its UTF-8', () => {
  expect(isWithin('ä'.repeat(512), 1024)).toBe(true);
  expect(isWithin('ä'.repeat(512), 1023)).toBe(false);
  expect(isWithin('\u{1f600}', 4)).toBe(true);
  expect(isWithin('\u{1f600}', 3)).toBe(false);
  expect(isWithin(new Uint8Array(10), 10)).toBe(true);
  expect(isWithin(new Uint8Array(10), 9)).toBe(false);
});
