import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createSerializers } from '../../src/wamp/serializers/serializers.js';
import { IS_THOROUGH } from '../support/thoroughness.js';
import { checkFrame, createFrames } from './frames.js';

/** Frames for each serializer; test/frames-long-run.js asks for 100,000. */
const FRAMES = Number(process.env['FRAMES'] ?? (IS_THOROUGH ? 5_000 : 2_000));
const SEED = Number(process.env['FRAMES_SEED'] ?? Date.now() % 2 ** 31);
const PROGRESS_EVERY = 25_000;
/** Allowed growth of the heap while all frames after the first are decoded. */
const HEAP_SLACK = 16 * 1024 * 1024;

function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  // Twice, because the runtime's own caches are emptied only then.
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

describe('any frame is a message or a protocol violation', () => {
  it.each(createSerializers().map((serializer) => [serializer.name, serializer] as const))(
    `%s, seed ${SEED}`,
    (name, serializer) => {
      const next = createFrames(serializer, SEED);
      let messages = 0;
      let before = 0;
      for (let count = 1; count <= FRAMES; count++) {
        if (checkFrame(serializer, next())) messages++;
        if (count === FRAMES / 4) before = heapUsed();
        if (count % PROGRESS_EVERY === 0) console.log(`${name}: ${count} frames, ${messages} messages`);
      }
      expect(heapUsed() - before).toBeLessThan(HEAP_SLACK);
      // If hardly any frame passed, or all did, the test would prove little.
      expect(messages).toBeGreaterThan(FRAMES / 20);
      expect(messages).toBeLessThan(FRAMES * 0.9);
    },
  );

  // More values than any of these frames has, so that the nesting is refused.
  it.each(
    createSerializers({ maxValues: 1_000_000 }).map((serializer) => [serializer.name, serializer] as const),
  )('%s, 100,000 nested lists and dictionaries, closed or not', (name, serializer) => {
    const deep = (open: string, close: string): Buffer => {
      const encoding = name === 'json' ? 'utf8' : 'hex';
      return Buffer.from(open.repeat(100_000) + close.repeat(100_000), encoding);
    };
    const pairs: Record<string, readonly (readonly [string, string])[]> = {
      json: [
        ['[', ']'],
        ['[', ''],
        ['{"a":', '}'],
        ['[{"a":', '}]'],
      ],
      msgpack: [
        ['91', ''],
        ['81a161', ''],
        ['dc0001', ''],
        ['9181a161', 'c0'],
      ],
      cbor: [
        ['81', ''],
        ['9f', 'ff'],
        ['9f', ''],
        ['a16161', ''],
        ['bf6161', 'ff'],
      ],
    };
    for (const [open, close] of pairs[name] ?? []) {
      expect(() => serializer.decode(deep(open, close))).toThrow('nested deeper than 512 levels');
    }
    expect(pairs[name]?.length).toBeGreaterThan(0);
  });
});
