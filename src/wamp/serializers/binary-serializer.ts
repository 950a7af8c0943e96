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
import { type HeadForm, LONGEST_HEAD, packHead } from './transcode/pack-format.js';
import type { PackJson, PackJsonInSteps } from './transcode/pack-json.js';
import { createSplitBinary } from './transcode/split-binary.js';
import type { Heads } from './type-heads.js';

/** The parts of a binary format from which a serializer is built. */
export interface BinaryFormat {
  /** As in {@link Serializer}. */
  readonly name: string;
  readonly prepare: Prepare;
  /** Writes a prepared value into new memory. */
  readonly write: (value: unknown) => Uint8Array;
  readonly packJson: PackJson;
  readonly packJsonInSteps: PackJsonInSteps;
  /** The head of a text. */
  readonly textForm: HeadForm;
  readonly scan: Scan;
  readonly read: Read;
  readonly heads: Heads;
  /** As in `SerializerOptions`. */
  readonly maxValues: number | undefined;
  readonly textFrom: number | undefined;
}

/**
 * Creates the serializer of a binary format. One serializer should serve many connections. Like the
 * JSON serializer, it encodes an EVENT for many receivers once.
 *
 * Transcodes JSON text in a payload without creating values, except in rare cases (see
 * `pack-json.ts`). If text from JSON represents bytes, writes bytes.
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

/**
 * Packs JSON text. In rare cases it parses the JSON first, for example if a key occurs twice or
 * text represents bytes.
 */
function createJsonPacking(format: BinaryFormat): JsonPacking {
  const { prepare, write, packJson, packJsonInSteps, textForm, maxValues = DEFAULT_MAX_VALUES } = format;
  return {
    textHead(length) {
      const bytes = new Uint8Array(LONGEST_HEAD);
      return bytes.subarray(packHead(new DataView(bytes.buffer), LONGEST_HEAD, textForm, length));
    },
    pack(json) {
      const packed = packJson(json);
      if (packed !== undefined) return packed;
      // An upstream response may have any number of values, and creating them takes time.
      if (holdsMoreValues(json, maxValues)) throw new RangeError('JSON with too many values');
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

  /** The encoded args and kwargs, without empty ones at the end. */
  function tailOf({ args = NO_ARGS, kwargs = NO_KWARGS, opaque }: Payload): readonly Uint8Array[] {
    // In JSON, a packed payload may be text that represents bytes.
    if (opaque !== undefined) return [write(prepare(opaque, true))];
    const first = packed(args);
    if (!isJsonText(kwargs) && isEmpty(kwargs)) return isEmptyPart(first) ? [] : [first];
    // Copies the part, because packing kwargs uses the same memory.
    const argsPart = isJsonText(args) ? Buffer.from(first) : first;
    const kwargsPart = packed(kwargs);
    if (!isEmptyPart(kwargsPart)) return [argsPart, kwargsPart];
    return isEmptyPart(argsPart) ? [] : [argsPart];
  }

  function packed(slot: readonly unknown[] | Dict | JsonText): Uint8Array {
    // Nearly all results have no args.
    if (slot === NO_ARGS) return emptyList;
    if (!isJsonText(slot)) return write(prepare(slot, holdsBinaryText(slot)));
    return slot.packed?.format === name ? slot.packed.bytes : pack(slot);
  }

  /** Encodes the message with nulls of one byte each, and replaces the nulls with the parts. */
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
    // Copies the parts, because the next JSON text uses the same memory.
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

/** Only an empty list or dictionary takes one byte. */
const isEmptyPart = (part: Uint8Array): boolean => part.length === 1;

/**
 * Omits empty args and kwargs at the end. If only args are absent, writes an empty list for them.
 */
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
