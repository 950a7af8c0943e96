import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringifyJson } from '../../src/json.js';
import { jsonText } from '../../src/json-text/json-text.js';
import { wampBytes } from '../../src/wamp/binary-value.js';
import { MESSAGE, type Message, type Result } from '../../src/wamp/messages.js';
import type { Serializer } from '../../src/wamp/serializers/serializer.js';
import { createSerializers } from '../../src/wamp/serializers/serializers.js';
import { IS_THOROUGH } from '../support/thoroughness.js';
import { withValues } from './message-values.js';
import { kwargs, payloadValue } from './payload-values.js';

const RUNS = Number(process.env['SERIALIZER_RUNS'] ?? (IS_THOROUGH ? 300 : 150));

const [json, msgpack, cbor] = createSerializers() as [Serializer, Serializer, Serializer];
const binary = [msgpack, cbor];

const result = (args: readonly unknown[], kw: Record<string, unknown> = {}): Result => ({
  type: MESSAGE.RESULT,
  request: 2 ** 53,
  details: { progress: true },
  payload: { args, kwargs: kw },
});
const through = (serializer: Serializer, message: Message): Message =>
  withValues(serializer.decode(serializer.encode(message)));
/** A message after decoding: empty elements at the end are absent. */
const decoded = (message: Result): Message => {
  const { args, kwargs: kw } = message.payload as { args: readonly unknown[]; kwargs: object };
  const payload = Object.keys(kw).length > 0 ? { args, kwargs: kw } : args.length > 0 ? { args } : {};
  return { ...message, payload } as Message;
};
const hex = (frame: string | Uint8Array): string => Buffer.from(frame as Uint8Array).toString('hex');
const message = (options: { huge?: boolean; bytes?: boolean }) =>
  fc
    .tuple(fc.array(payloadValue(options), { maxLength: 4 }), kwargs(payloadValue(options)))
    .map(([args, kw]) => result(args, kw));
const check = (name: string, values: fc.Arbitrary<Result>, holds: (sent: Result) => void): void => {
  it(name, () => fc.assert(fc.property(values, holds), { numRuns: RUNS }));
};

describe('values are the same after writing and reading', () => {
  check('by JSON', message({ huge: true }), (sent) => {
    // Text is compared: a whole float from 2^53 to 1e21 is written as an integer, and read as one.
    expect(json.encode(through(json, sent))).toBe(json.encode(sent));
  });
  check('by MessagePack', message({ bytes: true }), (sent) => {
    expect(through(msgpack, sent)).toEqual(decoded(sent));
  });
  check('by CBOR', message({ bytes: true, huge: true }), (sent) => {
    expect(through(cbor, sent)).toEqual(decoded(sent));
  });
});

it('integers beyond ±2^53 stay integers, and floats stay floats, in each serializer', () => {
  const exact = result([2n ** 53n + 1n, -(2n ** 63n), 1.5, 1e300, 5e-324, '9007199254740993', [null, true]]);
  for (const from of [json, ...binary]) {
    for (const to of [json, ...binary]) expect(through(to, through(from, exact))).toEqual(decoded(exact));
  }
});

describe('a message keeps its values from one serializer to another', () => {
  for (const from of [json, ...binary]) {
    for (const to of [json, ...binary]) {
      check(`${from.name} to ${to.name}`, message({}), (sent) => {
        const received = through(to, through(from, sent));
        // JSON text that represents bytes becomes bytes in another serializer.
        const asJson = from === json || to === json;
        if (asJson) expect(json.encode(received)).toEqual(json.encode(sent));
        else expect(received).toEqual(decoded(sent));
      });
    }
  }
});

describe('a message converted to another serializer and back is unchanged', () => {
  for (const to of binary) {
    check(`from JSON over ${to.name}, text for text`, message({}), (sent) => {
      const frame = json.encode(sent);
      expect(String(json.encode(to.decode(to.encode(json.decode(frame)))))).toBe(frame);
    });
    check(`from bytes over JSON to ${to.name}`, message({ bytes: true }), (sent) => {
      const withBytes = through(to, sent);
      expect(json.encode(json.decode(json.encode(withBytes)))).toBe(json.encode(withBytes));
    });
  }

  it('bytes pass through JSON unchanged', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const sent = result([wampBytes(bytes), { deep: [wampBytes(bytes)] }]);
        for (const to of binary)
          expect(through(to, through(json, sent))).toEqual(decoded(result([bytes, { deep: [bytes] }])));
      }),
      { numRuns: RUNS },
    );
  });
});

describe('JSON text is written like the values that it holds', () => {
  for (const to of binary) {
    check(`by ${to.name}`, message({}), (sent) => {
      const { args, kwargs: kw } = sent.payload;
      const asText = { args: jsonText(stringifyJson(args)), kwargs: jsonText(stringifyJson(kw)) };
      expect(hex(to.encode({ ...sent, payload: asText }))).toBe(
        hex(to.encode(json.decode(json.encode(sent)))),
      );
    });
  }
});
