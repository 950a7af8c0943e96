import { describe, expect, it } from 'vitest';
import { createJsonSerializer } from '../wamp/serializers/json.js';
import type { Serializer } from '../wamp/serializers/serializer.js';
import {
  judgeReply,
  judgeRequest,
  lengthCode,
  lengthOf,
  writeHandshake,
  writeRefusal,
} from './rawsocket-handshake.js';

const json = createJsonSerializer();
const named = (name: string): Serializer => ({ ...json, name });
const ALL = [json, named('msgpack'), named('cbor')];
const octets = (...values: number[]) => Buffer.from(values);

describe('a request of the RawSocket handshake', () => {
  it('is accepted for every length and every known serializer, and refused otherwise', () => {
    for (let second = 0; second < 256; second++) {
      const verdict = judgeRequest(octets(0x7f, second, 0, 0), ALL);
      const serializer = ALL[(second % 16) - 1];
      expect(verdict).toEqual(
        serializer === undefined ? 1 : { serializer, maxSend: 2 ** ((second >> 4) + 9) },
      );
    }
  });

  it('is refused if its serializer is not supported', () => {
    expect(judgeRequest(octets(0x7f, 0xf2, 0, 0), [json])).toBe(1);
  });

  it.each([
    [1, 0],
    [0, 1],
    [0x80, 0],
    [0, 0xff],
  ])('is refused for the reserved octets %i, %i, whatever its serializer', (third, fourth) => {
    expect(judgeRequest(octets(0x7f, 0xf1, third, fourth), ALL)).toBe(3);
    expect(judgeRequest(octets(0x7f, 0xf0, third, fourth), ALL)).toBe(3);
  });
});

describe('the octets of the RawSocket handshake', () => {
  it('have the length and the serializer in the second octet', () => {
    expect(writeHandshake(15, json)).toEqual(octets(0x7f, 0xf1, 0, 0));
    expect(writeHandshake(0, named('msgpack'))).toEqual(octets(0x7f, 0x02, 0, 0));
    expect(writeHandshake(7, named('cbor'))).toEqual(octets(0x7f, 0x73, 0, 0));
  });
  it('have an error in the upper half and zeros in the lower half', () => {
    expect(writeRefusal(1)).toEqual(octets(0x7f, 0x10, 0, 0));
    expect(writeRefusal(4)).toEqual(octets(0x7f, 0x40, 0, 0));
  });
  it('cannot contain a serializer without a number', () => {
    expect(() => writeHandshake(0, named('toml'))).toThrow('no number for the serializer toml');
  });
});

describe('a length in the RawSocket handshake', () => {
  it.each([
    [1, 0],
    [511, 0],
    [512, 0],
    [1023, 0],
    [1024, 1],
    [10_000_000, 14],
    [2 ** 24 - 1, 14],
    [2 ** 24, 15],
    [500 * 1024 * 1024, 15],
  ])('is written for %i octets as the code %i', (bytes, code) => {
    expect(lengthCode(bytes)).toBe(code);
  });
  it('is at most the limit and more than half of it', () => {
    for (let bytes = 512; bytes < 2 ** 24; bytes += 4999) {
      expect(lengthOf(lengthCode(bytes))).toBeLessThanOrEqual(bytes);
      expect(lengthOf(lengthCode(bytes)) * 2).toBeGreaterThan(bytes);
    }
  });
});

describe('a reply of the RawSocket handshake', () => {
  it('is accepted if it has the same serializer', () => {
    expect(judgeReply(octets(0x7f, 0x51, 0, 0), json)).toEqual({ serializer: json, maxSend: 2 ** 14 });
  });
  it.each([
    [[0x7f, 0x10, 0, 0], 'the router does not support this serializer'],
    [[0x7f, 0x20, 0, 0], 'the router does not accept the maximum message length'],
    [[0x7f, 0x30, 0, 0], 'the router does not support the use of reserved bits'],
    [[0x7f, 0x40, 0, 0], 'the router has reached its maximum number of connections'],
    [[0x7f, 0x00, 0, 0], 'the router refused with code 0'],
    [[0x7f, 0xf0, 0, 0], 'the router refused with code 15'],
    [[0x7f, 0xf2, 0, 0], 'the router chose another serializer'],
    [[0x7f, 0xf1, 0, 1], 'the router uses reserved bits'],
    [[0x48, 0x54, 0x54, 0x50], 'the server is not a RawSocket router'],
  ])('is refused with a message: %j', (reply, sentence) => {
    expect(() => judgeReply(Buffer.from(reply), json)).toThrow(new Error(sentence));
  });
});
