import { isJsonText, type JsonText } from '../json-text/json-text.js';
import { holdsBinaryText } from './binary-text.js';
import { decodeMessage, ProtocolViolation } from './decode.js';
import { messageHead, messagePayload } from './encode.js';
import type { Heads } from './heads.js';
import { keepLastEvent } from './last-event.js';
import type { Message } from './messages.js';
import type { PackJson } from './pack-json.js';
import type { Prepare } from './pack-values.js';
import type { Dict, Payload } from './payload.js';
import { argsOf, kwargsOf, valueOfJson } from './payload-values.js';
import type { Read } from './read.js';
import type { Scan } from './scan.js';
import type { Serializer } from './serializer.js';
import { TEXT_FROM } from './slots.js';
import { createSplitBinary } from './split-binary.js';

/** The parts of a binary format that a serializer is put together from. */
export interface BinaryFormat {
  /** As in {@link Serializer}. */
  readonly name: string;
  readonly prepare: Prepare;
  /** Writes what `prepare` has made ready, into memory of the frame's own. */
  readonly write: (value: unknown) => Uint8Array;
  readonly packJson: PackJson;
  readonly scan: Scan;
  readonly read: Read;
  readonly heads: Heads;
  /** As in `SerializerOptions`. */
  readonly textFrom: number | undefined;
}

/**
 * A serializer of a binary format. Like the one for JSON it keeps the last EVENT's frame, so one is for many connections.
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
    encode: keepLastEvent(createEncode(format)),
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

function createEncode({ prepare, write, packJson }: BinaryFormat): (message: Message) => Uint8Array {
  return (message) => {
    const list = messageHead(message).map((element) => prepare(element, false) ?? null);
    const payload = messagePayload(message);
    if (payload === undefined) return write(list);
    if (isJsonText(payload.args) || isJsonText(payload.kwargs)) return frameOfParts(list, payload);
    appendPayload(list, payload, prepare);
    return write(list);
  };

  /** JSON text is packed by itself, and put in the place of a null, which is one byte. */
  function frameOfParts(list: unknown[], { args = NO_ARGS, kwargs = NO_KWARGS }: Payload): Uint8Array {
    if (!isJsonText(args)) {
      const prepared = prepare(args, holdsBinaryText(args));
      const part = partOf(kwargs);
      const hasKwargs = !isEmptyPart(part);
      if (hasKwargs || args.length > 0) list.push(prepared);
      return hasKwargs ? around(list, part) : write(list);
    }
    const packed = partOf(args);
    if (!isJsonText(kwargs) && isEmpty(kwargs))
      return isEmptyPart(packed) ? write(list) : around(list, packed);
    // The next JSON text is packed in the same memory.
    const argsPart = isJsonText(kwargs) ? Buffer.from(packed) : packed;
    const kwargsPart = partOf(kwargs);
    if (!isEmptyPart(kwargsPart)) return around(list, argsPart, kwargsPart);
    return isEmptyPart(argsPart) ? write(list) : around(list, argsPart);
  }

  function partOf(slot: readonly unknown[] | Dict | JsonText): Uint8Array {
    if (!isJsonText(slot)) return write(prepare(slot, holdsBinaryText(slot)));
    return packJson(slot) ?? write(prepare(valueOfJson(slot), holdsBinaryText(slot)));
  }

  /** @param second none where it has no bytes */
  function around(list: unknown[], first: Uint8Array, second: Uint8Array = NOTHING): Uint8Array {
    const count = second.length > 0 ? 2 : 1;
    for (let index = 0; index < count; index++) list.push(null);
    const head = write(list);
    const start = head.length - count;
    const frame = Buffer.allocUnsafe(start + first.length + second.length);
    frame.set(head.subarray(0, start));
    frame.set(first, start);
    frame.set(second, start + first.length);
    return frame;
  }
}

const NOTHING = new Uint8Array(0);
const NO_ARGS: readonly unknown[] = [];
const NO_KWARGS: Dict = {};

/** Of a list or a dictionary; any other one takes more than a byte. */
const isEmptyPart = (part: Uint8Array): boolean => part.length === 1;

/** Empty slots at the end are left out, an empty list holds the place of args before kwargs; never is there a null. */
function appendPayload(list: unknown[], payload: Payload, prepare: Prepare): void {
  if (payload.opaque !== undefined) {
    // A packed payload is bytes, whatever JSON has to write in their place.
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
