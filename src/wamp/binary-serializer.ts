import { holdsBinaryText } from './binary-text.js';
import { decodeMessage, ProtocolViolation } from './decode.js';
import { messageHead, messagePayload } from './encode.js';
import { keepLastEvent } from './last-event.js';
import type { Message } from './messages.js';
import type { Prepare } from './pack-values.js';
import type { Payload } from './payload.js';
import { argsOf, kwargsOf } from './payload-values.js';
import type { Read } from './read.js';
import type { Scan } from './scan.js';
import type { Serializer } from './serializer.js';

/** The parts of a binary format that a serializer is put together from. */
export interface BinaryFormat {
  /** As in {@link Serializer}. */
  readonly name: string;
  readonly prepare: Prepare;
  /** Writes what `prepare` has made ready, into memory of the frame's own. */
  readonly write: (list: unknown) => Uint8Array;
  readonly scan: Scan;
  readonly read: Read;
}

/**
 * A serializer of a binary format. Like the one for JSON it keeps the last EVENT's frame, so one is for many connections.
 *
 * JSON text in a payload is parsed first. Text that came from JSON and stands for bytes is written as bytes.
 */
export function createBinarySerializer(format: BinaryFormat): Serializer {
  const { name, prepare, write, scan, read } = format;
  return {
    name,
    subprotocol: `wamp.2.${name}`,
    binary: true,
    encode: keepLastEvent((message) => write(listOf(message, prepare))),
    decode(frame) {
      if (typeof frame === 'string') throw new ProtocolViolation(`text where ${name} has bytes`);
      const bytes = Buffer.isBuffer(frame)
        ? frame
        : Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
      scan(bytes);
      return decodeMessage(read(bytes));
    },
  };
}

/** A message's list form, made ready to be written. */
function listOf(message: Message, prepare: Prepare): unknown[] {
  const list = messageHead(message).map((element) => prepare(element, false) ?? null);
  const payload = messagePayload(message);
  if (payload !== undefined) appendPayload(list, payload, prepare);
  return list;
}

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
  if (args.length > 0 || hasKwargs) list.push(prepare(args, mayBeBytes(payload.args)));
  if (hasKwargs) list.push(prepare(kwargs, mayBeBytes(payload.kwargs)));
}

const mayBeBytes = (slot: Payload['args'] | Payload['kwargs']): boolean =>
  slot !== undefined && holdsBinaryText(slot);

function isEmpty(dict: object): boolean {
  for (const _key in dict) return false;
  return true;
}
