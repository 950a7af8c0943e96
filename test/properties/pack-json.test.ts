import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJson } from '../../src/json.js';
import { type JsonText, jsonText } from '../../src/json-text/json-text.js';
import { MESSAGE, type Yield } from '../../src/wamp/messages.js';
import type { Payload } from '../../src/wamp/payload.js';
import { markBinaryText } from '../../src/wamp/serializers/binary-text.js';
import { CBOR } from '../../src/wamp/serializers/cbor/format.js';
import { createCborSerializer } from '../../src/wamp/serializers/cbor/serializer.js';
import { MSGPACK } from '../../src/wamp/serializers/msgpack/format.js';
import { createMsgpackSerializer } from '../../src/wamp/serializers/msgpack/serializer.js';
import { createPackJson } from '../../src/wamp/serializers/transcode/pack-json.js';
import { IS_THOROUGH } from '../support/thoroughness.js';
import { jsonDocument } from './json-texts.js';

const RUNS = Number(process.env['PACK_RUNS'] ?? (IS_THOROUGH ? 300 : 150));

/** What is read back is compared as values. */
const VALUES = { textFrom: Number.POSITIVE_INFINITY };

const formats = [
  {
    name: 'MessagePack',
    packJson: createPackJson(MSGPACK),
    serializer: createMsgpackSerializer({ maxNesting: 1_000, ...VALUES }),
  },
  {
    name: 'CBOR',
    packJson: createPackJson(CBOR),
    serializer: createCborSerializer({ maxNesting: 1_000, ...VALUES }),
  },
];
const yielded = (payload: Payload): Yield => ({ type: MESSAGE.YIELD, request: 1, options: {}, payload });

/** The document in three pieces, as it stands around the bytes of an answer. */
const inPieces = fc.tuple(jsonDocument, fc.nat(), fc.nat()).map(([text, one, other]): [string, JsonText] => {
  const characters = [...text];
  const [start, end] = [one % (characters.length + 1), other % (characters.length + 1)].sort((a, b) => a - b);
  const piece = (from: number | undefined, to?: number): string => characters.slice(from, to).join('');
  return [text, jsonText(piece(0, start), Buffer.from(piece(start, end)), piece(end))];
});

for (const { name, packJson, serializer } of formats) {
  it(`JSON text becomes the same ${name} as its values, or is not accepted`, () => {
    let packed = 0;
    fc.assert(
      fc.property(inPieces, ([text, json]) => {
        const bytes = packJson(json);
        if (bytes === undefined) return;
        packed++;
        // In front of it a list of one.
        const frame = Buffer.concat([serializer.encode(yielded({ args: [null] })) as Uint8Array, bytes]);
        frame.copyWithin(frame.length - bytes.length - 1, frame.length - bytes.length);
        const whole = frame.subarray(0, -1);
        const values = serializer.encode(yielded({ args: [parseJson(text)] })) as Uint8Array;
        expect(serializer.decode(whole)).toStrictEqual(serializer.decode(values));
        expect(whole.length).toBeLessThanOrEqual(values.length);
      }),
      { numRuns: RUNS },
    );
    expect(packed).toBeGreaterThan(RUNS / 4);
  });

  it(`a payload as JSON text and as values are the same in ${name}`, () => {
    const attempt = (payload: Payload): unknown => {
      try {
        return serializer.decode(serializer.encode(yielded(payload)));
      } catch (error) {
        return [(error as Error).name, (error as Error).message];
      }
    };
    fc.assert(
      fc.property(jsonDocument, jsonDocument, (one, other) => {
        const [args, kwargs] = [`[${one}]`, `{"k":${other}}`];
        const values = { args: parseJson(args) as unknown[], kwargs: parseJson(kwargs) as object };
        markBinaryText(values as Payload);
        const text = { args: jsonText(args), kwargs: jsonText('', Buffer.from(kwargs)) };
        const expected = attempt(values as Payload);
        expect(attempt(text)).toStrictEqual(expected);
        expect(attempt({ ...values, kwargs: text.kwargs } as Payload)).toStrictEqual(expected);
        expect(attempt({ ...values, args: text.args } as Payload)).toStrictEqual(expected);
      }),
      { numRuns: RUNS },
    );
  });
}
