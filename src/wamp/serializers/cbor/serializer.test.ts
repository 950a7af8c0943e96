import { describe, expect, it } from 'vitest';
import { ProtocolViolation } from '../../decode.js';
import { MESSAGE, type Message, type Result } from '../../messages.js';
import { createCborSerializer } from './serializer.js';

const cbor = createCborSerializer();
const decode = (hex: string): Message => cbor.decode(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
/** A YIELD whose one argument is this. */
const yielded = (hex: string): unknown => {
  const message = decode(`84 1846 01 a0 81 ${hex}`);
  return 'payload' in message ? (message.payload.args as readonly unknown[])[0] : undefined;
};
const written = (value: unknown): string => {
  const message: Result = { type: MESSAGE.RESULT, request: 1, details: {}, payload: { args: [value] } };
  const frame = Buffer.from(cbor.encode(message) as Uint8Array).toString('hex');
  expect(frame.startsWith('84183201a081')).toBe(true);
  return frame.slice(12);
};

describe('the reader of CBOR', () => {
  // Most of them from RFC 8949 appendix A.
  it.each<[string, unknown]>([
    ['00', 0],
    ['17', 23],
    ['18 18', 24],
    ['19 03e8', 1000],
    ['1a 000f4240', 1_000_000],
    ['1b 000000e8d4a51000', 1_000_000_000_000],
    ['1b 0020000000000000', 2 ** 53],
    ['1b 0020000000000001', 2n ** 53n + 1n],
    ['1b ffffffffffffffff', 2n ** 64n - 1n],
    ['20', -1],
    ['38 63', -100],
    ['39 03e7', -1000],
    ['3a ffffffff', -(2 ** 32)],
    ['3b 001fffffffffffff', -(2 ** 53)],
    ['3b 0020000000000000', -(2n ** 53n) - 1n],
    ['3b ffffffffffffffff', -(2n ** 64n)],
    // Not the shortest form, and valid all the same.
    ['1b 0000000000000001', 1],
    ['78 01 61', 'a'],
    ['c2 49 010000000000000000', 2n ** 64n],
    ['c3 49 010000000000000000', -(2n ** 64n) - 1n],
    ['c2 50 ffffffffffffffffffffffffffffffff', 2n ** 128n - 1n],
    ['c2 40', 0],
    ['c3 40', -1],
    ['c2 42 0100', 256],
    ['d8 02 5f 41 01 40 41 00 ff', 256],
    ['f9 0000', 0],
    ['f9 8000', -0],
    ['f9 3c00', 1],
    ['f9 3e00', 1.5],
    ['f9 7bff', 65504],
    ['f9 0001', 2 ** -24],
    ['f9 0400', 0.00006103515625],
    ['f9 c400', -4],
    ['f9 7c00', Infinity],
    ['f9 fc00', -Infinity],
    ['f9 7e00', NaN],
    ['fa 47c35000', 100_000],
    ['fb 3ff199999999999a', 1.1],
    ['fb 7e37e43c8800759c', 1e300],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['40', new Uint8Array()],
    ['44 01020304', new Uint8Array([1, 2, 3, 4])],
    ['5f 42 0102 43 030405 ff', new Uint8Array([1, 2, 3, 4, 5])],
    ['5f ff', new Uint8Array()],
    ['60', ''],
    ['62 c3bc', 'ü'],
    ['64 f0908591', '\u{10151}'],
    ['63 efbbbf', '\ufeff'],
    ['7f 65 7374726561 64 6d696e67 ff', 'streaming'],
    ['7f ff', ''],
    ['80', []],
    ['82 01 82 02 03', [1, [2, 3]]],
    ['9f 01 82 02 03 9f 04 05 ff ff', [1, [2, 3], [4, 5]]],
    ['9f ff', []],
    ['a2 61 61 01 61 62 81 02', { a: 1, b: [2] }],
    ['bf 61 61 01 61 62 9f 02 ff ff', { a: 1, b: [2] }],
    ['bf 7f 61 61 61 62 ff 01 ff', { ab: 1 }],
    ['bf ff', {}],
    ['a2 61 61 01 61 61 02', { a: 2 }],
    // undefined: absent in a dictionary, null in a list.
    ['a2 61 61 f7 61 62 01', { b: 1 }],
    ['82 f7 01', [null, 1]],
    // Tags: a Uint8Array, as autobahn|js and wampy write it, and those that change nothing.
    ['d8 40 42 0102', new Uint8Array([1, 2])],
    ['d8 40 5f 41 01 ff', new Uint8Array([1])],
    ['c0 74 323031332d30332d32315432303a30343a30305a', '2013-03-21T20:04:00Z'],
    ['c1 1a 514b67b0', 1_363_896_240],
    ['d8 20 63 613a62', 'a:b'],
    ['d9 0102 82 01 02', [1, 2]],
    ['d9 0103 a1 61 61 01', { a: 1 }],
    ['d9 d9f7 d9 d9f7 01', 1],
    ['c1 f7', null],
  ])('reads %s', (hex, value) => {
    expect(yielded(hex)).toStrictEqual(value);
  });

  it('reads __proto__ as a normal key, however its length is written', () => {
    for (const hex of [
      'a2 69 5f5f70726f746f5f5f a1 61 61 01 61 62 02',
      'bf 78 09 5f5f70726f746f5f5f a1 61 61 01 61 62 02 ff',
    ]) {
      const dict = yielded(hex) as object;
      expect(Object.entries(dict)).toEqual([
        ['__proto__', { a: 1 }],
        ['b', 2],
      ]);
      expect(Object.getPrototypeOf(dict)).toBe(Object.prototype);
    }
  });

  it('reads bytes that share no memory with the frame', () => {
    const frame = Buffer.from('84184601a081420102', 'hex');
    const message = cbor.decode(frame);
    frame.fill(0);
    expect('payload' in message && message.payload.args).toEqual([new Uint8Array([1, 2])]);
  });

  it('reads long text completely, including a byte order mark', () => {
    const text = `\ufeff${'x'.repeat(100)}`;
    expect(yielded(`78 67 ${Buffer.from(text).toString('hex')}`)).toBe(text);
  });

  it('reads options that are undefined, as wampy sends them, as absent', () => {
    const hex = `84 1820 01 a2 65${Buffer.from('match').toString('hex')} f7 6c${Buffer.from('get_retained').toString('hex')} f7 62 7474`;
    expect(decode(hex)).toEqual({ type: MESSAGE.SUBSCRIBE, request: 1, options: {}, topic: 'tt' });
  });

  it('reads IDs that are integers of 64 bits, floats or bignums', () => {
    for (const id of ['1b 0020000000000000', 'fb 4340000000000000', 'c2 47 20000000000000']) {
      expect(decode(`83 1831 ${id} a0`)).toMatchObject({ request: 2 ** 53 });
    }
    for (const id of [
      '1b 0020000000000001',
      'fb 3ff8000000000000',
      '20',
      '61 31',
      'c2 49 010000000000000000',
    ]) {
      expect(() => decode(`83 1831 ${id} a0`)).toThrow('Request must be an integer');
    }
  });
});

describe('invalid CBOR', () => {
  const truncated = /is truncated, or a length exceeds it$/;
  const malformed = /a value is malformed$/;
  const unknown = /a type of CBOR that has no meaning in WAMP$/;
  it.each<[string, string, RegExp]>([
    ['nothing', '', truncated],
    // RFC 8949 appendix F.
    ['reserved additional information', '81 1c', malformed],
    ['the same for text', '81 7e', malformed],
    ['the same for a list', '9d', malformed],
    ['the same for a tag', '81 dc 00', malformed],
    ['the same for a simple value', '81 fd', malformed],
    ['an integer of indefinite length', '81 1f', malformed],
    ['a tag of indefinite length', '81 df 00', malformed],
    ['a break by itself', 'ff', malformed],
    ['a break in a list of known length', '82 00 ff', malformed],
    ['a break after a tag', '9f c0 ff', malformed],
    ['a break in place of a value', 'bf 61 61 ff', malformed],
    ['text among chunks of bytes', '81 5f 61 00 ff', malformed],
    ['a number among chunks of text', '81 7f 00 ff', malformed],
    ['chunks within chunks', '81 5f 5f 41 00 ff ff', malformed],
    ['chunks without an end', '81 7f 61 61', truncated],
    ['a list without an end', '9f 01 01', truncated],
    ['a dictionary without an end', 'bf 61 61 01', truncated],
    ['simple values without a meaning', '81 e0', unknown],
    ['the same in two bytes', '81 f8 20', unknown],
    ['false in two bytes', '81 f8 14', unknown],
    ['bytes after the message', '83 1845 01 a0 00', /bytes follow the message$/],
    ['a cut integer', '81 19 01', truncated],
    ['a cut float', '81 fb 00', truncated],
    ['a cut text', '81 62 61', truncated],
    ['a cut length', '81 79 00', truncated],
    ['a cut tag', '81 d9 00', truncated],
    ['a tag without a value', '81 c0', truncated],
    ['a tag of bytes without a value', '81 c2', truncated],
    ['a cut list', '82 01', truncated],
    ['a list of 2^64 values', '81 9b ffffffffffffffff', truncated],
    ['a dictionary of 2^32 entries', '81 ba ffffffff', truncated],
    ['text of 2^64 bytes', '81 7b ffffffffffffffff', truncated],
    ['bytes of 2^32 bytes', '81 5a ffffffff', truncated],
    ['a chunk of 2^64 bytes', '81 5f 5b ffffffffffffffff', truncated],
    ['text that is not UTF-8', '81 61 ff', /text is not UTF-8$/],
    ['text that is cut between its chunks', '81 7f 61 c3 61 bc ff', /text is not UTF-8$/],
    ['a key that is no text', '81 a1 01 01', /^the keys of a dictionary must be strings$/],
    ['a key with a tag', '81 a1 d9 d9f7 61 61 01', /^the keys of a dictionary/],
    ['a later key that is bytes', '81 bf 61 61 01 41 61 01 ff', /^the keys of a dictionary/],
    ['a bignum that is no bytes', '81 c2 01', malformed],
    ['a Uint8Array that is text', '81 d8 40 61 61', malformed],
    ['a bignum of a tag', '81 c2 c2 41 01', malformed],
    ['a decimal fraction', '81 c4 82 21 19 6ab3', unknown],
    ['an error of cbor-x', '81 d8 1b 82 65 4572726f72 60', unknown],
    ['a shared value', '81 d8 1d 00', unknown],
    ['a typed array of another kind', '81 d8 45 42 0000', unknown],
    ['a record of cbor-x', '81 d9 dfff 83 19 e000 81 61 61 01', unknown],
    ['a tag of 2^64', '81 db ffffffffffffffff 00', unknown],
    ['a value without a list', '18 45', /^a message must be a list$/],
    ['bytes as options', '83 1831 01 40', /Options must be a dictionary$/],
    ['bytes as kwargs', '85 1846 01 a0 80 40', /ArgumentsKw must be a dictionary$/],
  ])('is refused: %s', (_name, hex, sentence) => {
    expect(() => decode(hex)).toThrow(sentence);
    expect(() => decode(hex)).toThrow(ProtocolViolation);
  });

  it('is refused if text is in the place of bytes', () => {
    expect(() => cbor.decode('[]')).toThrow(ProtocolViolation);
  });

  it('is refused if it is cut at any byte', () => {
    const hex = '86 1830 07 a0 65 636f6d2e61 9f 19 0100 42 0102 7f 62 c3a9 ff ff a1 61 6b c2 41 01';
    const whole = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    expect(cbor.decode(whole)).toMatchObject({ procedure: 'com.a' });
    for (let length = 0; length < whole.length; length++) {
      expect(() => cbor.decode(whole.subarray(0, length))).toThrow(truncated);
    }
  });

  it('is refused with a bignum of more than 4096 digits', () => {
    const bignum = (length: number) => `c2 59 ${length.toString(16).padStart(4, '0')} ${'ff'.repeat(length)}`;
    expect(yielded(bignum(1700))).toBe(2n ** 13_600n - 1n);
    expect(() => yielded(bignum(1701))).toThrow('an integer of more than 4096 digits');
    expect(() => yielded(`c3 5f ${`58ff${'ff'.repeat(255)}`.repeat(7)} ff`)).toThrow(
      'an integer of more than 4096',
    );
  });

  it('is refused if it nests deeper than the limit, which counts the message itself', () => {
    const strict = createCborSerializer({ maxNesting: 3 });
    const frame = (args: string) => Buffer.from(`84184601a0${args}`, 'hex');
    expect(strict.decode(frame('819fff'))).toBeDefined();
    expect(() => strict.decode(frame('818180'))).toThrow('nested deeper than 3 levels');
    expect(() => strict.decode(frame('9fbf6161a0ffff'))).toThrow('nested deeper than 3 levels');
    for (const byte of [0x81, 0x9f]) {
      expect(() => cbor.decode(Buffer.alloc(100_000, byte))).toThrow('nested deeper than 512 levels');
    }
    for (const byte of [0xa1, 0xbf, 0x9b, 0xc1, 0xd9, 0x5f, 0x7f]) {
      expect(() => cbor.decode(Buffer.alloc(100_000, byte))).toThrow(ProtocolViolation);
    }
  });

  it('is not refused for a hundred thousand tags on one value', () => {
    expect(yielded(`${'c1'.repeat(100_000)}07`)).toBe(7);
  });

  it.each<[string, string, number]>([
    ['small integers', '07', 1],
    ['lists', '80', 1],
    ['dictionaries', 'a0', 1],
    ['undefined', 'f7', 1],
    ['texts', '6161', 1],
    ['byte strings', '40', 5],
    ['integers beyond 2^53', '1b0020000000000001', 5],
    ['bignums of 16 bytes', `c250${'ff'.repeat(16)}`, 14],
    ['tags', 'c1c107', 3],
    ['texts in chunks', '7f6161ff', 6],
    ['entries', 'a1616107', 3],
    ['entries with names of 64 bytes', `a17840${'61'.repeat(64)}07`, 5],
    ['texts that JSON has to escape', `7820${'22'.repeat(32)}`, 3],
  ])('is refused with more %s than the limit', (_name, hex, weight) => {
    const limited = createCborSerializer({ maxValues: 1000 });
    const frame = (count: number): Buffer => {
      const head = Buffer.from('84184601a09a00000000', 'hex');
      head.writeUInt32BE(count, 6);
      return Buffer.concat([head, Buffer.alloc((count * hex.length) / 2, hex, 'hex')]);
    };
    // The message, its code, its request, its options and its arguments are five.
    const max = Math.floor(995 / weight);
    expect(() => limited.decode(frame(max))).not.toThrow();
    expect(() => limited.decode(frame(max + 1))).toThrow('more than 1000 values and names');
  });

  it('is refused if the names of a large dictionary, counted four times, exceed the limit', () => {
    const limited = createCborSerializer({ maxValues: 10_000 });
    const frame = (count: number, first: string, end = ''): Buffer =>
      Buffer.from(`84184601a081${first}${'616107'.repeat(count)}${end}`, 'hex');
    // 2 each for the first thousand, 5 each beyond them.
    expect(() => limited.decode(frame(2000, 'b907d0'))).not.toThrow();
    expect(() => limited.decode(frame(2599, 'b90a27'))).toThrow('more than 10000');
    expect(() => limited.decode(frame(1998, 'bf', 'ff'))).not.toThrow();
    expect(() => limited.decode(frame(1999, 'bf', 'ff'))).toThrow('more than 10000');
  });
});

describe('the writer of CBOR', () => {
  it.each<[unknown, string]>([
    [23, '17'],
    [255, '18ff'],
    [-25, '3818'],
    [2 ** 32 - 1, '1affffffff'],
    // Never as floats: autobahn|python would drop a connection whose session ID is one.
    [2 ** 32, '1b0000000100000000'],
    [-(2 ** 32) - 1, '3b0000000100000000'],
    [2 ** 53, '1b0020000000000000'],
    [2n ** 64n - 1n, '1bffffffffffffffff'],
    [2n ** 64n, 'c249010000000000000000'],
    [-(2n ** 64n) - 1n, 'c349010000000000000000'],
    [1.5, 'fb3ff8000000000000'],
    [1e300, 'fb7e37e43c8800759c'],
    // Without the tag of typed arrays, which not every client knows.
    [new Uint8Array([0, 255]), '4200ff'],
    [Buffer.from([0, 255]), '4200ff'],
    [{ a: undefined, b: [undefined] }, 'a1616281f6'],
    [{ constructor: 1, toJSON: 2 }, 'a26b636f6e7374727563746f720166746f4a534f4e02'],
    ['é', '62c3a9'],
    ['\0AP8=', '650041 50383d'.replace(' ', '')],
  ])('writes %s', (value, hex) => {
    expect(written(value)).toBe(hex);
  });

  it('writes dictionaries of every size in the shortest form', () => {
    const dict = (size: number) =>
      Object.fromEntries(Array.from({ length: size }, (_, key) => [`k${key}`, 0]));
    expect(written(dict(23)).startsWith('b7')).toBe(true);
    expect(written(dict(24)).startsWith('b818')).toBe(true);
    expect(written(dict(65_536)).startsWith('ba00010000')).toBe(true);
  });

  it('refuses half a surrogate pair', () => {
    expect(() => written('\udfff')).toThrow();
    expect(written('as before')).toBe('696173206265666f7265');
  });
});
