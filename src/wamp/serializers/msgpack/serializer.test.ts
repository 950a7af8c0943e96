import { describe, expect, it } from 'vitest';
import { ProtocolViolation } from '../../decode.js';
import { MESSAGE, type Message, type Result } from '../../messages.js';
import { createMsgpackSerializer } from './serializer.js';

const msgpack = createMsgpackSerializer();
const decode = (hex: string): Message => msgpack.decode(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
/** A YIELD whose one argument is this. */
const yielded = (hex: string): unknown => {
  const message = decode(`94 46 01 80 91 ${hex}`);
  return 'payload' in message ? (message.payload.args as readonly unknown[])[0] : undefined;
};
const written = (value: unknown): string => {
  const message: Result = { type: MESSAGE.RESULT, request: 1, details: {}, payload: { args: [value] } };
  const frame = Buffer.from(msgpack.encode(message) as Uint8Array).toString('hex');
  expect(frame.startsWith('9432018091')).toBe(true);
  return frame.slice(10);
};

describe('the reader of MessagePack', () => {
  it.each<[string, unknown]>([
    ['00', 0],
    ['7f', 127],
    ['e0', -32],
    ['cc ff', 255],
    ['cd ffff', 65535],
    ['ce ffffffff', 2 ** 32 - 1],
    ['cf 0020000000000000', 2 ** 53],
    ['cf 0020000000000001', 2n ** 53n + 1n],
    ['cf ffffffffffffffff', 2n ** 64n - 1n],
    ['d0 80', -128],
    ['d1 8000', -32768],
    ['d2 80000000', -(2 ** 31)],
    ['d3 0020000000000000', 2 ** 53],
    ['d3 0020000000000001', 2n ** 53n + 1n],
    ['d3 ffe0000000000000', -(2 ** 53)],
    ['d3 ffdfffffffffffff', -(2n ** 53n) - 1n],
    ['d3 8000000000000000', -(2n ** 63n)],
    ['ca 3fc00000', 1.5],
    ['cb 3ff8000000000000', 1.5],
    ['cb 4340000000000000', 2 ** 53],
    ['cb 7ff0000000000000', Infinity],
    ['c0', null],
    ['c2', false],
    ['c3', true],
    ['a0', ''],
    ['a3 e282ac', '€'],
    ['d9 03 efbbbf', '\ufeff'],
    ['da 0001 61', 'a'],
    ['db 00000001 61', 'a'],
    ['c4 02 00ff', new Uint8Array([0, 255])],
    ['c5 0000', new Uint8Array()],
    ['c6 00000001 07', new Uint8Array([7])],
    ['dc 0001 01', [1]],
    ['dd 00000001 01', [1]],
    ['de 0001 a161 01', { a: 1 }],
    ['df 00000001 d9 01 61 01', { a: 1 }],
    ['82 a161 01 a161 02', { a: 2 }],
    // undefined, as fixext 1 and as ext 8: absent in a dictionary, null in a list.
    ['82 a161 d40000 a162 01', { b: 1 }],
    ['92 d40000 c70000', [null, null]],
    // Timestamps.
    ['d6 ff 00000001', 1],
    ['d7 ff 77359400 00000002', 2.5],
    ['c7 0c ff 1dcd6500 ffffffffffffffff', -0.5],
  ])('reads %s', (hex, value) => {
    expect(yielded(hex)).toStrictEqual(value);
  });

  it('reads __proto__ as a normal key', () => {
    const dict = yielded('82 a9 5f5f70726f746f5f5f 81 a161 01 a162 02') as object;
    expect(Object.entries(dict)).toEqual([
      ['__proto__', { a: 1 }],
      ['b', 2],
    ]);
    expect(Object.getPrototypeOf(dict)).toBe(Object.prototype);
  });

  it('reads bytes that share no memory with the frame', () => {
    const frame = Buffer.from('9446018091c4020102', 'hex');
    const message = msgpack.decode(frame);
    frame.fill(0);
    expect('payload' in message && message.payload.args).toEqual([new Uint8Array([1, 2])]);
  });

  it('reads long text completely, including a byte order mark', () => {
    const text = `\ufeff${'x'.repeat(100)}`;
    expect(yielded(`d9 67 ${Buffer.from(text).toString('hex')}`)).toBe(text);
  });

  it('reads options that are undefined, as wampy sends them, as absent', () => {
    // SUBSCRIBE, options {match: undefined, get_retained: undefined}
    const hex = `9420 01 82 a5${Buffer.from('match').toString('hex')} d40000 ac${Buffer.from('get_retained').toString('hex')} d40000 a2 7474`;
    expect(decode(hex)).toEqual({ type: MESSAGE.SUBSCRIBE, request: 1, options: {}, topic: 'tt' });
  });

  it('reads IDs that are integers of 64 bits or floats', () => {
    for (const id of ['cf 0020000000000000', 'd3 0020000000000000', 'cb 4340000000000000']) {
      expect(decode(`93 31 ${id} 80`)).toMatchObject({ request: 2 ** 53 });
    }
    for (const id of ['cf 0020000000000001', 'cb 3ff8000000000000', 'd3 ffffffffffffffff', 'a1 31']) {
      expect(() => decode(`93 31 ${id} 80`)).toThrow('Request must be an integer');
    }
  });
});

describe('invalid MessagePack', () => {
  const truncated = /is truncated, or a length exceeds it$/;
  it.each<[string, string, RegExp]>([
    ['nothing', '', truncated],
    ['the reserved type', '91 c1', /a type of MessagePack that has no meaning in WAMP$/],
    ['an unknown extension', '91 d4 01 00', /no meaning/],
    ['a record of msgpackr', '91 d4 72 40', /no meaning/],
    ['a timestamp of a wrong length', '91 d5 ff 0000', /no meaning/],
    ['bytes after the message', '92 45 01 c0', /bytes follow the message$/],
    ['a cut integer', '91 cd 01', truncated],
    ['a cut float', '91 cb 00000000000000', truncated],
    ['a cut text', '91 a2 61', truncated],
    ['a cut length', '91 da 00', truncated],
    ['a cut extension', '91 d6 ff 000000', truncated],
    ['an extension without its type', '91 c7 00', truncated],
    ['a cut list', '92 01', truncated],
    ['a list of 2^32 values', '91 dd ffffffff', truncated],
    ['a dictionary of 2^32 entries', '91 df ffffffff', truncated],
    ['text of 2^32 bytes', '91 db ffffffff', truncated],
    ['bytes of 2^32 bytes', '91 c6 ffffffff', truncated],
    ['an extension of 2^32 bytes', '91 c9 ffffffff 00', truncated],
    ['text that is not UTF-8', '91 a1 ff', /text is not UTF-8$/],
    ['text with half a surrogate pair', '91 a3 eda080', /not UTF-8$/],
    ['a key that is no text', '91 81 01 01', /^the keys of a dictionary must be strings$/],
    ['a key that is nil', '91 81 c0 01', /^the keys of a dictionary/],
    ['a second key that is a list', '91 82 a161 01 90 01', /^the keys of a dictionary/],
    ['a value without a list', '45', /^a message must be a list$/],
    ['bytes as options', '93 31 01 c4 00', /Options must be a dictionary$/],
    ['bytes as kwargs', '95 46 01 80 90 c4 00', /ArgumentsKw must be a dictionary$/],
  ])('is refused: %s', (_name, hex, sentence) => {
    expect(() => decode(hex)).toThrow(sentence);
    expect(() => decode(hex)).toThrow(ProtocolViolation);
  });

  it('is refused if text is in the place of bytes', () => {
    expect(() => msgpack.decode('[]')).toThrow(ProtocolViolation);
  });

  it('is refused if it is cut at any byte', () => {
    const hex = '96 30 07 80 a5 636f6d2e61 93 cd 0100 c4 02 0102 a2 c3a9 81 a1 6b cb 3ff8000000000000';
    const whole = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    expect(msgpack.decode(whole)).toMatchObject({ procedure: 'com.a' });
    for (let length = 0; length < whole.length; length++) {
      expect(() => msgpack.decode(whole.subarray(0, length))).toThrow(truncated);
    }
  });

  it('is refused if it nests deeper than the limit, which counts the message itself', () => {
    const strict = createMsgpackSerializer({ maxNesting: 3 });
    const frame = (args: string) => Buffer.from(`94460180${args}`, 'hex');
    expect(strict.decode(frame('919101'))).toBeDefined();
    expect(strict.decode(frame('918101'.replace('8101', '81a16101')))).toBeDefined();
    expect(() => strict.decode(frame('919190'))).toThrow('nested deeper than 3 levels');
    expect(() => strict.decode(frame('9181a16180'))).toThrow('nested deeper than 3 levels');
    for (const byte of [0x91, 0x81, 0xdd]) {
      expect(() => msgpack.decode(Buffer.alloc(100_000, byte))).toThrow(ProtocolViolation);
    }
    expect(() => msgpack.decode(Buffer.alloc(100_000, 0x91))).toThrow('nested deeper than 512 levels');
  });

  it.each<[string, string, number]>([
    ['small integers', '07', 1],
    ['lists', '90', 1],
    ['dictionaries', '80', 1],
    ['undefined', 'd40000', 1],
    ['texts', 'a161', 1],
    ['byte strings', 'c400', 5],
    ['unsigned integers beyond 2^53', 'cf0020000000000001', 5],
    ['signed integers beyond 2^53', 'd3ff00000000000000', 5],
    ['signed integers within 2^53', 'd3ffffffff00000000', 1],
    ['floats', 'cb7fe0000000000000', 1],
    ['entries', '81a16107', 3],
    ['entries with names of 64 bytes', `81d940${'61'.repeat(64)}07`, 5],
    ['texts that JSON has to escape', `d920${'22'.repeat(32)}`, 3],
    ['texts with control characters', `d920${'01'.repeat(32)}`, 9],
  ])('is refused with more %s than the limit', (_name, hex, weight) => {
    const limited = createMsgpackSerializer({ maxValues: 1000 });
    const frame = (count: number): Buffer => {
      const head = Buffer.from('94460180dd00000000', 'hex');
      head.writeUInt32BE(count, 5);
      return Buffer.concat([head, Buffer.alloc((count * hex.length) / 2, hex, 'hex')]);
    };
    // The message, its code, its request, its options and its arguments are five.
    const max = Math.floor(995 / weight);
    expect(() => limited.decode(frame(max))).not.toThrow();
    expect(() => limited.decode(frame(max + 1))).toThrow('more than 1000 values and names');
  });

  it('is refused if the names of a large dictionary, counted four times, exceed the limit', () => {
    const limited = createMsgpackSerializer({ maxValues: 10_000 });
    const frame = (count: number): Buffer => {
      const head = Buffer.from('9446018091df00000000', 'hex');
      head.writeUInt32BE(count, 6);
      return Buffer.concat([head, Buffer.alloc(count * 3, 'a16107', 'hex')]);
    };
    // 2 each for the first thousand, 5 each beyond them.
    expect(() => limited.decode(frame(2598))).not.toThrow();
    expect(() => limited.decode(frame(2599))).toThrow('more than 10000');
  });
});

describe('the writer of MessagePack', () => {
  it.each<[unknown, string]>([
    [127, '7f'],
    [255, 'ccff'],
    [-33, 'd0df'],
    [2 ** 32 - 1, 'ceffffffff'],
    // Never as floats: autobahn|python would drop a connection whose session ID is one.
    [2 ** 32, 'd30000000100000000'],
    [-(2 ** 31) - 1, 'd3ffffffff7fffffff'],
    [2 ** 53, 'd30020000000000000'],
    [2n ** 63n, 'cf8000000000000000'],
    [2n ** 64n - 1n, 'cfffffffffffffffff'],
    [-(2n ** 63n), 'd38000000000000000'],
    [1.5, 'cb3ff8000000000000'],
    [1e300, 'cb7e37e43c8800759c'],
    [new Uint8Array([0, 255]), 'c40200ff'],
    [{ a: undefined, b: [undefined] }, '81a16291c0'],
    [{ constructor: 1, toJSON: 2 }, '82ab636f6e7374727563746f7201a6746f4a534f4e02'],
    ['é', 'a2c3a9'],
    ['\0AP8=', 'a50041 50383d'.replace(' ', '')],
  ])('writes %s', (value, hex) => {
    expect(written(value)).toBe(hex);
  });

  it('writes dictionaries of every size in the shortest form', () => {
    const dict = (size: number) =>
      Object.fromEntries(Array.from({ length: size }, (_, key) => [`k${key}`, 0]));
    expect(written(dict(15)).startsWith('8f')).toBe(true);
    expect(written(dict(16)).startsWith('de0010')).toBe(true);
    expect(written(dict(65_536)).startsWith('df00010000')).toBe(true);
  });

  it.each([
    ['an integer beyond 64 bit', 2n ** 64n],
    ['a negative one', -(2n ** 63n) - 1n],
    ['half a surrogate pair', '\ud800'],
  ])('refuses %s', (_name, value) => {
    expect(() => written(value)).toThrow();
    expect(written('as before')).toBe('a96173206265666f7265');
  });

  it('writes frames that share no memory, also after large frames', () => {
    const message = (value: unknown): Result => ({
      type: MESSAGE.RESULT,
      request: 1,
      details: {},
      payload: { args: [value] },
    });
    const frames = [1, 'x'.repeat(300_000), 2, 'y'.repeat(10_000), 3].map((value) =>
      msgpack.encode(message(value)),
    );
    expect(frames.map((frame) => Buffer.from(frame as Uint8Array).toString('latin1', 5, 7))).toEqual([
      '\x01',
      '\xdb\x00',
      '\x02',
      '\xda\x27',
      '\x03',
    ]);
    for (const frame of frames) {
      // Small ones may share a pool of the runtime. Its size depends on the version of Node.
      const max = Math.max(20_000, Buffer.poolSize, frame.length);
      expect((frame as Uint8Array).buffer.byteLength).toBeLessThanOrEqual(max);
    }
  });
});
