import { createCborSerializer } from './cbor/serializer.js';
import { createJsonSerializer } from './json.js';
import { createMsgpackSerializer } from './msgpack/serializer.js';
import type { Serializer, SerializerOptions } from './serializer.js';

/** Every serializer, for a listener to offer; each serves many connections. */
export function createSerializers(options: SerializerOptions = {}): readonly Serializer[] {
  return [createJsonSerializer(options), createMsgpackSerializer(options), createCborSerializer(options)];
}
