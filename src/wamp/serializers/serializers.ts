import { createCborSerializer } from './cbor/serializer.js';
import { createJsonSerializer } from './json.js';
import { createMsgpackSerializer } from './msgpack/serializer.js';
import type { Serializer, SerializerOptions } from './serializer.js';

/** Creates all serializers for a listener. Each serves many connections. */
export function createSerializers(options: SerializerOptions = {}): readonly Serializer[] {
  return [createJsonSerializer(options), createMsgpackSerializer(options), createCborSerializer(options)];
}
