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
 * Creates the serializer `wamp.2.cbor`. Integers may have any size. Beyond 64 bits they are bignums
 * (RFC 8949 section 3.4.3).
 *
 * Dictionaries are maps in the shortest form, and bytes are byte strings. Other clients do not read
 * the records of cbor-x or its tag for Uint8Array.
 *
 * Encoding throws for text with a lone surrogate.
 */
export function createCborSerializer(options: SerializerOptions = {}): Serializer {
  const encoder = new Encoder({ useRecords: false, variableMapSize: true, tagUint8Array: false });
  return createBinarySerializer({
    name: 'cbor',
    prepare: createPrepare(() => true),
    write: createScratchWriter((value) => encoder.encode(value), encoder as Encoder & Scratch),
    packJson: createPackJson(CBOR),
    packJsonInSteps: createPackJsonInSteps(CBOR),
    textForm: CBOR.text,
    scan: createCborScan(options.maxNesting ?? DEFAULT_MAX_NESTING, options.maxValues ?? DEFAULT_MAX_VALUES),
    maxValues: options.maxValues,
    read: createCborReader(),
    heads: CBOR_HEADS,
    textFrom: options.textFrom,
  });
}
