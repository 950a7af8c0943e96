import { Packr } from 'msgpackr/pack';
import { DEFAULT_MAX_NESTING } from '../json.js';
import { createBinarySerializer } from './binary-serializer.js';
import { MSGPACK } from './msgpack-format.js';
import { createMsgpackReader } from './msgpack-read.js';
import { createMsgpackScan } from './msgpack-scan.js';
import { createPackJson } from './pack-json.js';
import { createPrepare } from './pack-values.js';
import { createScratchWriter } from './scratch-writer.js';
import type { Serializer } from './serializer.js';

/**
 * The serializer `wamp.2.msgpack`.
 *
 * Dictionaries are plain maps of the shortest form: msgpackr's records, which it writes else, nobody but msgpackr reads.
 *
 * Encoding throws for integers beyond 64 bit, which MessagePack does not have, and for text with half a surrogate pair.
 *
 * @param options.maxNesting lists and dictionaries within one another, the message's own list counted; default 512
 */
export function createMsgpackSerializer(options: { readonly maxNesting?: number } = {}): Serializer {
  const packr = new Packr({ useRecords: false, variableMapSize: true, useToJSON: false });
  return createBinarySerializer({
    name: 'msgpack',
    prepare: createPrepare(isOf64Bit),
    write: createScratchWriter((value) => packr.pack(value), packr),
    packJson: createPackJson(MSGPACK),
    scan: createMsgpackScan(options.maxNesting ?? DEFAULT_MAX_NESTING),
    read: createMsgpackReader(),
  });
}

/** Signed or unsigned. */
const isOf64Bit = (integer: bigint): boolean =>
  BigInt.asIntN(64, integer) === integer || BigInt.asUintN(64, integer) === integer;
