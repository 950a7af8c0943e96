import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createFrameReader, encodeFrame, type FrameType, MAX_FRAME_LENGTH } from './rawsocket-framing.js';

const MEGABYTE = 1024 * 1024;

/** What a reader makes of these chunks: frames, and the sentence of a violation. */
function read(chunks: readonly Uint8Array[], maxLength = MAX_FRAME_LENGTH) {
  const frames: { type: FrameType; payload: Buffer }[] = [];
  const violations: string[] = [];
  const reader = createFrameReader(maxLength, {
    onFrame: (type, payload) => frames.push({ type, payload }),
    onViolation: (sentence) => violations.push(sentence),
  });
  for (const chunk of chunks) reader.push(Buffer.from(chunk));
  return { frames, violations };
}

afterEach(() => {
  vi.restoreAllMocks();
});

/** The sizes of the buffers that are made from now on. */
function watchRoom(): readonly number[] {
  const sizes: number[] = [];
  const allocate = Buffer.allocUnsafe;
  vi.spyOn(Buffer, 'allocUnsafe').mockImplementation((size) => {
    sizes.push(size);
    return allocate(size);
  });
  return sizes;
}

describe('an encoded frame', () => {
  it.each([
    ['a message', 0, '[]', '00 00 00 02 5b 5d'],
    ['a ping without payload', 1, '', '01 00 00 00'],
    ['a pong', 2, 'ä', '02 00 00 02 c3 a4'],
  ])('has the octets of the specification for %s', (_what, type, payload, octets) => {
    expect(encodeFrame(type as FrameType, payload).toString('hex')).toBe(octets.replaceAll(' ', ''));
    expect(encodeFrame(type as FrameType, Buffer.from(payload)).toString('hex')).toBe(
      octets.replaceAll(' ', ''),
    );
  });

  it.each([
    [MAX_FRAME_LENGTH - 1, '00ffffff'],
    [MAX_FRAME_LENGTH, '08000000'],
    [65_536, '00010000'],
  ])('has for %i octets the prefix %s', (length, prefix) => {
    expect(encodeFrame(0, Buffer.alloc(length)).subarray(0, 4).toString('hex')).toBe(prefix);
  });

  it('has the 25th bit of the length beside the type', () => {
    expect(encodeFrame(2, Buffer.alloc(MAX_FRAME_LENGTH)).subarray(0, 4).toString('hex')).toBe('0a000000');
  });
});

describe('a frame reader', () => {
  it('finds the same frames however they are split', () => {
    const frame = fc.record({
      type: fc.constantFrom<FrameType>(0, 1, 2),
      payload: fc.oneof(
        fc.uint8Array({ maxLength: 20 }),
        fc.uint8Array({ minLength: 4000, maxLength: 20_000 }),
      ),
    });
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1 }),
        (sent, sizes) => {
          const stream = Buffer.concat(sent.map(({ type, payload }) => encodeFrame(type, payload)));
          const chunks: Buffer[] = [];
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const size = sizes[turn % sizes.length] ?? 1;
            chunks.push(stream.subarray(at, at + size));
            at += size;
          }
          const { frames, violations } = read(chunks);
          expect(violations).toEqual([]);
          expect(frames.map(({ type, payload }) => [type, [...payload]])).toEqual(
            sent.map(({ type, payload }) => [type, [...payload]]),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('accepts a frame octet by octet', () => {
    const payload = Buffer.from(Array.from({ length: 30_000 }, (_, at) => at % 251));
    const stream = encodeFrame(0, payload);
    const { frames } = read(Array.from(stream, (octet) => Buffer.from([octet])));
    expect(frames).toHaveLength(1);
    expect(frames[0]?.payload.equals(payload)).toBe(true);
  });

  it('accepts frames of exactly 2^24 octets and of one less', () => {
    for (const length of [MAX_FRAME_LENGTH, MAX_FRAME_LENGTH - 1]) {
      const stream = encodeFrame(0, Buffer.alloc(length, 7));
      for (const chunks of [[stream], [stream.subarray(0, 5), stream.subarray(5)]]) {
        const { frames, violations } = read(chunks);
        expect([frames[0]?.payload.length, frames[0]?.payload.at(-1), violations]).toEqual([length, 7, []]);
      }
    }
  });

  it('returns an empty payload at once', () => {
    expect(read([Buffer.from([1, 0, 0, 0])]).frames).toEqual([{ type: 1, payload: Buffer.alloc(0) }]);
  });

  it.each<[what: string, prefix: number[], sentence: string]>([
    ['the type 3', [3, 0, 0, 0], 'of a reserved type'],
    ['the type 4', [4, 0, 0, 0], 'of a reserved type'],
    ['the type 5', [5, 0, 0, 0], 'of a reserved type'],
    ['the type 6', [6, 0, 0, 0], 'of a reserved type'],
    ['the type 7', [7, 0, 0, 0], 'of a reserved type'],
    ['a reserved bit', [0x10, 0, 0, 0], 'reserved bits'],
    ['another reserved bit', [0x20, 0, 0, 0], 'reserved bits'],
    ['a third reserved bit', [0x40, 0, 0, 0], 'reserved bits'],
    ['the fourth reserved bit', [0x80, 0, 0, 0], 'reserved bits'],
    ['both kinds of length bits', [0x08, 0, 0, 1], 'more than 2^24 octets'],
    ['the type 3 in the longest frame', [0x0b, 0, 0, 0], 'of a reserved type'],
    ['one octet too many', [0, 0, 4, 1], 'longer than 1024 octets'],
    ['the longest frame where less is taken', [0x08, 0, 0, 0], 'longer than 1024 octets'],
    ['a ping of one octet too many', [1, 0, 4, 1], 'longer than 1024 octets'],
  ])('refuses %s, and reads nothing after it', (_what, prefix, sentence) => {
    const behind = encodeFrame(0, '[]');
    const { frames, violations } = read([Buffer.from(prefix), behind, behind], 1024);
    expect(frames).toEqual([]);
    expect(violations).toEqual([expect.stringContaining(sentence)]);
    expect(read([Buffer.concat([Buffer.from(prefix), behind])], 1024).violations).toHaveLength(1);
  });

  it('accepts exactly the announced length', () => {
    expect(read([encodeFrame(0, Buffer.alloc(1024))], 1024).frames).toHaveLength(1);
  });

  it('allocates memory as octets arrive, not for a length that is only announced', () => {
    const sizes = watchRoom();
    const reader = createFrameReader(MAX_FRAME_LENGTH, { onFrame() {}, onViolation() {} });
    reader.push(Buffer.from([0x08, 0, 0, 0]));
    reader.push(Buffer.alloc(1));
    expect(Math.max(...sizes)).toBeLessThan(10_000);
    for (let sent = 1; sent < MEGABYTE; sent += 1000) reader.push(Buffer.alloc(1000));
    expect(Math.max(...sizes)).toBeLessThan(2.1 * MEGABYTE);
  });

  it('never allocates more memory than the frame needs', () => {
    const stream = Buffer.concat([Buffer.from([0, 0, 0x30, 0]), Buffer.alloc(0x3000)]);
    const sizes = watchRoom();
    const reader = createFrameReader(MAX_FRAME_LENGTH, { onFrame() {}, onViolation() {} });
    for (let at = 0; at < stream.length; at += 100) reader.push(stream.subarray(at, at + 100));
    expect(Math.max(...sizes)).toBe(0x3000);
  });

  it('can be stopped in the middle of a chunk', () => {
    const seen: string[] = [];
    const reader = createFrameReader(100, {
      onFrame(_type, payload) {
        seen.push(payload.toString());
        reader.stop();
      },
      onViolation: (sentence) => seen.push(sentence),
    });
    reader.push(Buffer.concat([encodeFrame(0, 'one'), encodeFrame(0, 'two'), Buffer.from([0xff])]));
    reader.push(encodeFrame(0, 'three'));
    expect(seen).toEqual(['one']);
  });
});
