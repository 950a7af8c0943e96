import { Encoder } from 'cbor-x/encode';
import { DEFAULT_MAX_NESTING } from '../../../json.js';
import { createBinarySerializer } from '../binary-serializer.js';
import { createPrepare } from '../prepare-values.js';
import { DEFAULT_MAX_VALUES } from '../scan.js';
import { createScratchWriter, type Scratch } from '../scratch-writer.js';
import type { Serializer, SerializerOptions } from '../serializer.js';
import { createPackJson, createPackJsonInSteps } from '../transcode/pack-json.js';
import { CBOR } from './format.js';
import { createCborReader } from './read.js';
import { createCborScan } from './scan.js';
import { CBOR_HEADS } from './type-heads.js';

/**
 * The serializer `wamp.2.cbor`. Integers may be of any size: beyond 64 bit they are bignums (RFC 8949 section 3.4.3).
 *
 * Dictionaries are plain maps of the shortest form, and bytes plain byte strings: cbor-x's records and its tag for
 * Uint8Array, which it writes else, are not what other clients read.
 *
 * Encoding throws for text with half a surrogate pair.
 */
export function createCborSerializer(options: SerializerOptions = {}): Serializer {
  const encoder = new Encoder({ useRecords: false, variableMapSize: true, tagUint8Array: false });
  return createBinarySerializer({
    name: 'cbor',
    prepare: createPrepare(() => true),
    write: createScratchWriter((value) => encoder.encode(value), encoder as Encoder & Scratch),
    packJson: createPackJson(CBOR),
    packJsonInSteps: createPackJsonInSteps(CBOR),
    scan: createCborScan(options.maxNesting ?? DEFAULT_MAX_NESTING, options.maxValues ?? DEFAULT_MAX_VALUES),
    maxValues: options.maxValues,
    read: createCborReader(),
    heads: CBOR_HEADS,
    textFrom: options.textFrom,
  });
}
