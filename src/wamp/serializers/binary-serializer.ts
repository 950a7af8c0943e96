import { isJsonText, type JsonText } from '../../json-text/json-text.js';
import { decodeMessage, ProtocolViolation } from '../decode.js';
import { messageHead, messagePayload } from '../encode.js';
import type { Message } from '../messages.js';
import type { Dict, Payload } from '../payload.js';
import { TEXT_FROM } from '../payload-slots.js';
import { argsOf, holdsMoreValues, kwargsOf, valueOfJson } from '../payload-values.js';
import { holdsBinaryText } from './binary-text.js';
import { encodeEventsOnce, type FrameParts } from './encode-events.js';
import type { Prepare } from './prepare-values.js';
import type { Read } from './read.js';
import { DEFAULT_MAX_VALUES, type Scan } from './scan.js';
import type { JsonPacking, Serializer } from './serializer.js';
import type { PackJson, PackJsonInSteps } from './transcode/pack-json.js';
import { createSplitBinary } from './transcode/split-binary.js';
import type { Heads } from './type-heads.js';

/** The parts of a binary format that a serializer is put together from. */
export interface BinaryFormat {
  /** As in {@link Serializer}. */
  readonly name: string;
  readonly prepare: Prepare;
  /** Writes what `prepare` has made ready, into memory of the frame's own. */
  readonly write: (value: unknown) => Uint8Array;
  readonly packJson: PackJson;
  readonly packJsonInSteps: PackJsonInSteps;
  readonly scan: Scan;
  readonly read: Read;
  readonly heads: Heads;
  /** As in `SerializerOptions`. */
  readonly maxValues: number | undefined;
  readonly textFrom: number | undefined;
}

/**
 * A serializer of a binary format. Like the one for JSON it writes an EVENT for many receivers once, so one is for many
 * connections.
 *
 * JSON text in a payload is packed without making values of it, unless it is an odd one; see `pack-json.ts`. Text that came
 * from JSON and stands for bytes is written as bytes.
 */
export function createBinarySerializer(format: BinaryFormat): Serializer {
  const { name, scan, read, heads, textFrom = TEXT_FROM } = format;
  const split = createSplitBinary(heads, read, textFrom / 2);
  return {
    name,
    subprotocol: `wamp.2.${name}`,
    binary: true,
    ...encodeEventsOnce(createParts(format)),
    packing: createJsonPacking(format),
    decode(frame) {
      if (typeof frame === 'string') throw new ProtocolViolation(`text where ${name} has bytes`);
      const bytes = Buffer.isBuffer(frame)
        ? frame
        : Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
      scan(bytes);
      return decodeMessage((bytes.length < textFrom ? undefined : split(bytes)) ?? read(bytes));
    },
  };
}

/** JSON that has to be read before it can be written: a key that is there twice, text that stands for bytes. */
function createJsonPacking(format: BinaryFormat): JsonPacking {
  const { prepare, write, packJson, packJsonInSteps, maxValues = DEFAULT_MAX_VALUES } = format;
  return {
    pack(json) {
      const packed = packJson(json);
      if (packed !== undefined) return packed;
      // Of an upstream's answer there may be any number of values, and to make them takes long.
      if (holdsMoreValues(json, maxValues)) throw new RangeError('JSON of too many values');
      return write(prepare(valueOfJson(json), holdsBinaryText(json)));
    },
    *packInSteps(json) {
      const packed = yield* packJsonInSteps(json);
      if (packed !== undefined) return packed;
      yield;
      if (holdsMoreValues(json, maxValues)) return 'too_many_values';
      yield;
      try {
        const value = valueOfJson(json);
        yield;
        return write(prepare(value, holdsBinaryText(json)));
      } catch {
        return 'unencodable';
      }
    },
  };
}

function createParts(format: BinaryFormat): FrameParts<readonly Uint8Array[], Uint8Array> {
  const { name, prepare, write, heads } = format;
  const { pack } = createJsonPacking(format);
  const emptyList = Uint8Array.of(heads.emptyList);

  function encode(message: Message): Uint8Array {
    const payload = messagePayload(message);
    if (payload === undefined) return write(headOf(message));
    if (isJsonText(payload.args) || isJsonText(payload.kwargs)) return frameOf(message, tailOf(payload));
    const list = headOf(message);
    appendPayload(list, payload, prepare);
    return write(list);
  }

  function headOf(message: Message): unknown[] {
    return messageHead(message).map((element) => prepare(element, false) ?? null);
  }

  /** Args and kwargs, as far as they are written. */
  function tailOf({ args = NO_ARGS, kwargs = NO_KWARGS, opaque }: Payload): readonly Uint8Array[] {
    // A packed payload is bytes, whatever JSON has to write in their place.
    if (opaque !== undefined) return [write(prepare(opaque, true))];
    const first = packed(args);
    if (!isJsonText(kwargs) && isEmpty(kwargs)) return isEmptyPart(first) ? [] : [first];
    // The next JSON text is packed in the same memory.
    const argsPart = isJsonText(args) ? Buffer.from(first) : first;
    const kwargsPart = packed(kwargs);
    if (!isEmptyPart(kwargsPart)) return [argsPart, kwargsPart];
    return isEmptyPart(argsPart) ? [] : [argsPart];
  }

  function packed(slot: readonly unknown[] | Dict | JsonText): Uint8Array {
    // Of nearly all answers these are the args.
    if (slot === NO_ARGS) return emptyList;
    if (!isJsonText(slot)) return write(prepare(slot, holdsBinaryText(slot)));
    return slot.packed?.format === name ? slot.packed.bytes : pack(slot);
  }

  /** Each part is put in the place of a null, which is one byte. */
  function frameOf(message: Message, tail: readonly Uint8Array[]): Uint8Array {
    const list = headOf(message);
    for (const _part of tail) list.push(null);
    const head = write(list);
    let at = head.length - tail.length;
    const frame = Buffer.allocUnsafe(at + lengthOf(tail));
    frame.set(head.subarray(0, at));
    for (const part of tail) {
      frame.set(part, at);
      at += part.length;
    }
    return frame;
  }

  return {
    encode,
    frameOf,
    lengthOf,
    // What is kept must not be in the memory that the next JSON text is packed in.
    tailOf: (payload) => tailOf(payload).map((part) => Buffer.from(part)),
  };
}

function lengthOf(tail: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of tail) length += part.length;
  return length;
}

const NO_ARGS: readonly unknown[] = [];
const NO_KWARGS: Dict = {};

/** Of a list or a dictionary; any other one takes more than a byte. */
const isEmptyPart = (part: Uint8Array): boolean => part.length === 1;

/** Empty slots at the end are left out, an empty list holds the place of args before kwargs; never is there a null. */
function appendPayload(list: unknown[], payload: Payload, prepare: Prepare): void {
  if (payload.opaque !== undefined) {
    // As in `tailOf`.
    list.push(prepare(payload.opaque, true));
    return;
  }
  const args = argsOf(payload);
  const kwargs = kwargsOf(payload);
  const hasKwargs = !isEmpty(kwargs);
  if (args.length > 0 || hasKwargs) list.push(prepare(args, holdsBinaryText(args)));
  if (hasKwargs) list.push(prepare(kwargs, holdsBinaryText(kwargs)));
}

function isEmpty(dict: object): boolean {
  for (const _key in dict) return false;
  return true;
}
