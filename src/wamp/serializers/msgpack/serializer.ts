import { Packr } from 'msgpackr/pack';
import { DEFAULT_MAX_NESTING } from '../../../json.js';
import { createBinarySerializer } from '../binary-serializer.js';
import { createPrepare } from '../prepare-values.js';
import { DEFAULT_MAX_VALUES } from '../scan.js';
import { createScratchWriter } from '../scratch-writer.js';
import type { Serializer, SerializerOptions } from '../serializer.js';
import { createPackJson, createPackJsonInSteps } from '../transcode/pack-json.js';
import { MSGPACK } from './format.js';
import { createMsgpackReader } from './read.js';
import { createMsgpackScan } from './scan.js';
import { MSGPACK_HEADS } from './type-heads.js';

/**
 * Creates the serializer `wamp.2.msgpack`.
 *
 * Dictionaries are maps in the shortest form, because only msgpackr reads its records.
 *
 * Encoding throws for integers beyond 64 bits, because MessagePack does not support them. It also
 * throws for text with a lone surrogate.
 */
export function createMsgpackSerializer(options: SerializerOptions = {}): Serializer {
  const packr = new Packr({ useRecords: false, variableMapSize: true, useToJSON: false });
  return createBinarySerializer({
    name: 'msgpack',
    prepare: createPrepare(fitsIn64Bits),
    write: createScratchWriter((value) => packr.pack(value), packr),
    packJson: createPackJson(MSGPACK),
    packJsonInSteps: createPackJsonInSteps(MSGPACK),
    textForm: MSGPACK.text,
    scan: createMsgpackScan(
      options.maxNesting ?? DEFAULT_MAX_NESTING,
      options.maxValues ?? DEFAULT_MAX_VALUES,
    ),
    maxValues: options.maxValues,
    read: createMsgpackReader(),
    heads: MSGPACK_HEADS,
    textFrom: options.textFrom,
  });
}

/** Signed or unsigned. */
const fitsIn64Bits = (integer: bigint): boolean =>
  BigInt.asIntN(64, integer) === integer || BigInt.asUintN(64, integer) === integer;
