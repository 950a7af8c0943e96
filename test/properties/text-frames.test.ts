import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { isJsonText } from '../../src/json-text/json-text.js';
import { ProtocolViolation } from '../../src/wamp/decode.js';
import { messagePayload } from '../../src/wamp/encode.js';
import type { Serializer } from '../../src/wamp/serializers/serializer.js';
import { createSerializers } from '../../src/wamp/serializers/serializers.js';
import { IS_THOROUGH } from '../support/thoroughness.js';
import { createFrames } from './frames.js';
import { withValues } from './message-values.js';

/** test/frames-long-run.js uses more. */
const FRAMES = Number(process.env['FRAMES'] ?? (IS_THOROUGH ? 20_000 : 2_000));
const SEED = Number(process.env['FRAMES_SEED'] ?? Date.now() % 2 ** 31);

/** A message as values, or the reason why its frame is refused. Any other error is thrown. */
function read(serializer: Serializer, frame: Buffer): { meaning: unknown; wasText: boolean } {
  try {
    const message = serializer.decode(frame);
    const payload = messagePayload(message);
    const wasText = isJsonText(payload?.args) || isJsonText(payload?.kwargs);
    return { meaning: withValues(message), wasText };
  } catch (error) {
    if (error instanceof ProtocolViolation) return { meaning: error.message, wasText: false };
    throw error;
  }
}

/** The same three: every payload as values, and every payload as text that can be. */
const [VALUES, TEXT] = [Number.POSITIVE_INFINITY, 0].map((textFrom) =>
  createSerializers({ maxNesting: 16, textFrom }),
) as [readonly Serializer[], readonly Serializer[]];

it.each([
  ['JSON', 0],
  ['MessagePack', 1],
  ['CBOR', 2],
])(`a frame of %s means the same whether its payload is text or not, seed ${SEED}`, (_name, index) => {
  const [asValues, asText] = [VALUES[index], TEXT[index]] as [Serializer, Serializer];
  const next = createFrames(asValues, SEED);
  let texts = 0;
  let refused = 0;
  for (let count = 1; count <= FRAMES; count++) {
    const frame = next();
    const values = read(asValues, frame);
    const text = read(asText, frame);
    if (!isDeepStrictEqual(text.meaning, values.meaning))
      throw new Error(`${frame.toString('hex')}: ${String(text.meaning)}, not ${String(values.meaning)}`);
    if (text.wasText) texts++;
    if (typeof text.meaning === 'string') refused++;
  }
  // If this happened for hardly any frame, the test would prove little.
  expect(texts).toBeGreaterThan(FRAMES / 200);
  expect(refused).toBeGreaterThan(FRAMES / 10);
});
