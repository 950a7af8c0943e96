import { createCborSerializer } from './cbor-serializer.js';
import { createJsonSerializer } from './json-serializer.js';
import { createMsgpackSerializer } from './msgpack-serializer.js';
import type { Serializer } from './serializer.js';

/**
 * Every serializer, for a listener to offer; each serves many connections.
 *
 * @param options.maxNesting lists and dictionaries within one another, the message's own list counted; default 512
 */
export function createSerializers(options: { readonly maxNesting?: number } = {}): readonly Serializer[] {
  return [createJsonSerializer(options), createMsgpackSerializer(options), createCborSerializer(options)];
}
