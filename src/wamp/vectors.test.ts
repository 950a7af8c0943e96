import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Message } from './messages.js';
import { isDict } from './payload.js';
import { createSerializers } from './serializers/serializers.js';

interface Vector {
  readonly type: string;
  readonly description: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** JSON as text, the others in hexadecimal. */
  readonly json: readonly string[];
  readonly msgpack: readonly string[];
  readonly cbor: readonly string[];
}

const VECTORS: readonly Vector[] = JSON.parse(
  readFileSync(new URL('../../test/vectors/messages.json', import.meta.url), 'utf8'),
);

/** What the suite calls otherwise than we do. */
const FIELDS: Readonly<Record<string, string>> = {
  message_type: 'type',
  request_id: 'request',
  request_type: 'requestType',
  session_id: 'session',
  publication_id: 'publication',
  subscription_id: 'subscription',
  registration_id: 'registration',
  error: 'uri',
};

/** A message as the suite's attributes tell it. */
function attributesOf(message: Message, names: readonly string[]): Record<string, unknown> {
  const fields = message as unknown as Record<string, unknown>;
  const payload = 'payload' in message ? message.payload : {};
  const told = (name: string): unknown => {
    switch (name) {
      case 'args':
        return payload.args ?? null;
      case 'kwargs':
        return payload.kwargs ?? null;
      case 'payload':
        return payload.opaque === undefined ? null : hexOf(payload.opaque);
      case 'roles':
        return isDict(fields['details']) ? fields['details']['roles'] : undefined;
      default:
        return fields[FIELDS[name] ?? name];
    }
  };
  return Object.fromEntries(names.map((name) => [name, told(name)]));
}

/** A packed payload is bytes; JSON has text in their place. */
function hexOf(opaque: string | Uint8Array): string {
  const bytes = typeof opaque === 'string' ? Buffer.from(opaque.slice(1), 'base64') : opaque;
  return Buffer.from(bytes).toString('hex');
}

const [json, msgpack, cbor] = createSerializers();
const serializers = [
  { name: 'json', serializer: json!, frame: (text: string) => text, text: String },
  { name: 'msgpack', serializer: msgpack!, frame: fromHex, text: toHex },
  { name: 'cbor', serializer: cbor!, frame: fromHex, text: toHex },
] as const;

function fromHex(hex: string): Uint8Array {
  return Buffer.from(hex, 'hex');
}
function toHex(frame: string | Uint8Array): string {
  return Buffer.from(frame as Uint8Array).toString('hex');
}

/**
 * The suite's integers of 64 bit in MessagePack are unsigned (cf), ours signed (d3), which is as
 * good. The suite's frames have no such byte elsewhere.
 */
const sameIntegers = (hex: string): string => hex.replaceAll('d300', 'cf00');

describe('the test suite of the specification', () => {
  it('is complete', () => {
    expect(VECTORS).toHaveLength(35);
  });

  describe.each(serializers)('$name', ({ name, serializer, frame, text }) => {
    it.each(VECTORS)('reads each frame of: $type, $description', (vector) => {
      for (const sample of vector[name]) {
        const message = serializer.decode(frame(sample));
        expect(attributesOf(message, Object.keys(vector.attributes))).toEqual(vector.attributes);
      }
    });

    it.each(VECTORS)(
      'writes one of its frames, whichever serializer read it: $type, $description',
      (vector) => {
        for (const source of serializers) {
          const message = source.serializer.decode(source.frame(vector[source.name][0]!));
          const written = text(serializer.encode(message));
          const wanted: readonly string[] = vector[name];
          if (name === 'msgpack') expect(wanted.map(sameIntegers)).toContain(sameIntegers(written));
          else expect(wanted).toContain(written);
        }
      },
    );
  });
});
