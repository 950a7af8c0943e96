import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { ProtocolViolation } from '../../src/wamp/decode.js';
import { MESSAGE, type Message } from '../../src/wamp/messages.js';
import type { Serializer } from '../../src/wamp/serializers/serializer.js';
import { createSerializers } from '../../src/wamp/serializers/serializers.js';
import { kwargs, payloadValue } from './payload-values.js';

/** An endless sequence of valid, damaged and random frames, the same for the same seed. */

type Vectors = readonly Readonly<Record<string, readonly string[]>>[];
const VECTORS: Vectors = JSON.parse(
  readFileSync(new URL('../vectors/messages.json', import.meta.url), 'utf8'),
);
const SAMPLES = 200;

/**
 * Uniform numbers in [0, below): xorshift32, because a property library is too slow for so many.
 */
type Random = (below: number) => number;

function createRandom(seed: number): Random {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Valid frames to start from: those of the specification, and calls with every kind of payload. */
function soundFrames(serializer: Serializer, seed: number): Buffer[] {
  const known = VECTORS.flatMap((vector) => vector[serializer.name] ?? []).map((frame) =>
    Buffer.from(frame, serializer.binary ? 'hex' : 'utf8'),
  );
  const values = payloadValue({ huge: serializer.name !== 'msgpack', bytes: serializer.binary });
  const payloads = fc.sample(fc.tuple(fc.array(values, { maxLength: 4 }), kwargs(values)), {
    numRuns: SAMPLES,
    seed,
  });
  const calls = payloads.map(([args, kw]) =>
    Buffer.from(
      serializer.encode({
        type: MESSAGE.CALL,
        request: 7,
        options: { timeout: 1000, receive_progress: true },
        procedure: 'com.example.procedure',
        payload: { args, kwargs: kw },
      }) as Uint8Array,
    ),
  );
  return [...known, ...calls];
}

/**
 * Bytes with a meaning: types, lengths and breaks of MessagePack and CBOR, and the characters of
 * JSON.
 */
const TELLING = Buffer.from(
  '00017f80818f90919fa0a1bfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d3d4d6d7d8d9dadbdcdddedfe0ff' +
    '181b1c1f20383b40415b5f60617b7f9b9fbbbfc4d8d9dbf4f6f7f8f9fafbfe' +
    '225b5d7b7d2c3a5c2d2e3065',
  'hex',
);

type Damage = (frame: Buffer, random: Random, other: Buffer) => Buffer;
const DAMAGES: readonly Damage[] = [
  (frame, random) => withByte(frame, random(frame.length), random(256)),
  (frame, random) => withByte(frame, random(frame.length), TELLING[random(TELLING.length)] as number),
  (frame, random) => {
    const at = random(frame.length);
    return withByte(frame, at, (frame[at] as number) ^ (1 << random(8)));
  },
  (frame, random) => frame.subarray(0, random(frame.length + 1)),
  (frame, random) => frame.subarray(random(frame.length + 1)),
  (frame, random) => {
    const at = random(frame.length + 1);
    return Buffer.concat([frame.subarray(0, at), telling(random, 1 + random(6)), frame.subarray(at)]);
  },
  (frame, random) => {
    const at = random(frame.length + 1);
    return Buffer.concat([frame.subarray(0, at), frame.subarray(at + random(5))]);
  },
  (frame, random, other) =>
    Buffer.concat([frame.subarray(0, random(frame.length + 1)), other.subarray(random(other.length + 1))]),
  (frame, random) => {
    const at = random(frame.length + 1);
    return Buffer.concat([frame.subarray(0, at), frame.subarray(0, at), frame.subarray(at)]);
  },
  (_frame, random) => telling(random, random(60)),
  (_frame, random) => Buffer.from(Array.from({ length: random(60) }, () => random(256))),
];

function withByte(frame: Buffer, at: number, byte: number): Buffer {
  const copy = Buffer.from(frame);
  if (copy.length > 0) copy[at] = byte;
  return copy;
}

function telling(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => TELLING[random(TELLING.length)] as number));
}

/** The next frame: a valid one with up to four damages. */
export function createFrames(serializer: Serializer, seed: number): () => Buffer {
  const random = createRandom(seed);
  const sound = soundFrames(serializer, seed);
  const any = (): Buffer => sound[random(sound.length)] as Buffer;
  return () => {
    let frame = any();
    for (let times = random(5); times > 0; times--) {
      const damage = DAMAGES[random(DAMAGES.length)] as Damage;
      frame = damage(frame, random, any());
    }
    return frame;
  };
}

const [json, msgpack, cbor] = createSerializers() as [Serializer, Serializer, Serializer];
const ALL = [json, msgpack, cbor];

/**
 * Decodes one frame; what comes of it must be a message, or a ProtocolViolation. A message is written by every serializer,
 * or refused for what the format cannot hold, and a binary one reads back what it wrote.
 *
 * @returns whether it was a message. Throws where any of this does not hold.
 */
export function checkFrame(serializer: Serializer, frame: Buffer): boolean {
  let message: Message;
  try {
    message = serializer.decode(frame);
  } catch (error) {
    if (error instanceof ProtocolViolation) return false;
    throw new Error(`${serializer.name} threw ${String(error)} for ${frame.toString('hex')}`, {
      cause: error,
    });
  }
  for (const to of ALL) {
    try {
      const once = encoded(to, message);
      if (once === undefined) continue;
      const twice = encoded(to, to.decode(once));
      if (twice === undefined || !Buffer.from(once).equals(Buffer.from(twice)))
        throw new Error('what was written does not read back the same');
    } catch (error) {
      const how = `${to.name}, for what ${serializer.name} read in ${frame.toString('hex')}`;
      throw new Error(`${String(error)}: ${how}`, { cause: error });
    }
  }
  return true;
}

/**
 * Undefined where the format cannot hold the message: half a surrogate pair, an integer beyond 64
 * bit.
 */
function encoded(to: Serializer, message: Message): Uint8Array | undefined {
  try {
    return Buffer.from(to.encode(message) as string);
  } catch (error) {
    if (to !== json && (error instanceof TypeError || error instanceof RangeError)) return undefined;
    throw error;
  }
}
