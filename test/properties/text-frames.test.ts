import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { isJsonText } from '../../src/json-text/json-text.js';
import { ProtocolViolation } from '../../src/wamp/decode.js';
import { messagePayload } from '../../src/wamp/encode.js';
import { createJsonSerializer } from '../../src/wamp/json-serializer.js';
import type { Payload } from '../../src/wamp/payload.js';
import { argsOf, kwargsOf } from '../../src/wamp/payload-values.js';
import type { Serializer } from '../../src/wamp/serializer.js';
import { createFrames } from './frames.js';

/** test/frames-long-run.js asks for more. */
const FRAMES = Number(process.env['FRAMES'] ?? 20_000);
const SEED = Number(process.env['FRAMES_SEED'] ?? Date.now() % 2 ** 31);

/** Every payload as values, and every payload that may be as text. */
const VALUES = createJsonSerializer({ maxNesting: 16, textFrom: Number.POSITIVE_INFINITY });
const TEXT = createJsonSerializer({ maxNesting: 16, textFrom: 0 });

/** A message in values, or the sentence with which its frame is refused. Anything else is thrown. */
function read(serializer: Serializer, frame: Buffer): { meaning: unknown; wasText: boolean } {
  try {
    const message = serializer.decode(frame);
    const payload = messagePayload(message);
    const wasText = isJsonText(payload?.args) || isJsonText(payload?.kwargs);
    return { meaning: payload === undefined ? message : { ...message, payload: valuesOf(payload) }, wasText };
  } catch (error) {
    if (error instanceof ProtocolViolation) return { meaning: error.message, wasText: false };
    throw error;
  }
}

function valuesOf(payload: Payload): object {
  const { args, kwargs, opaque } = payload;
  return { args: args && argsOf(payload), kwargs: kwargs && kwargsOf(payload), opaque };
}

it(`a frame means the same whether its payload is left as text or not, seed ${SEED}`, () => {
  const next = createFrames(VALUES, SEED);
  let texts = 0;
  let refused = 0;
  for (let count = 1; count <= FRAMES; count++) {
    const frame = next();
    const values = read(VALUES, frame);
    const text = read(TEXT, frame);
    if (!isDeepStrictEqual(text.meaning, values.meaning))
      throw new Error(`${frame.toString('hex')}: ${String(text.meaning)}, not ${String(values.meaning)}`);
    if (text.wasText) texts++;
    if (typeof text.meaning === 'string') refused++;
  }
  // Where hardly any came to that, this would say little.
  expect(texts).toBeGreaterThan(FRAMES / 50);
  expect(refused).toBeGreaterThan(FRAMES / 10);
});
