import { isUtf8 } from 'node:buffer';
import { DEFAULT_MAX_NESTING, jsonObjectsExceed, parseJson, stringifyJson } from '../json.js';
import { isJsonText, type JsonText, textOfJson } from '../json-text/json-text.js';
import { markBinaryText, mayHoldBinaryText } from './binary-text.js';
import { decodeMessage, ProtocolViolation } from './decode.js';
import { messageHead, messagePayload } from './encode.js';
import { keepLastEvent } from './last-event.js';
import type { Message } from './messages.js';
import { type Dict, isDict, type Payload } from './payload.js';
import { MAX_OBJECTS, scanFaults } from './scan.js';
import type { Serializer, SerializerOptions } from './serializer.js';
import { TEXT_FROM } from './slots.js';
import { splitFrame } from './split-frame.js';

const faults = scanFaults('JSON');

/**
 * The serializer `wamp.2.json`.
 *
 * JSON text in a payload is put into the frame as it is. An EVENT goes to many receivers one after the other, so
 * the last one's frame is kept: use one serializer for all connections of a listener.
 *
 * As ECMA-262 section 25.5.2 has it, NaN and the infinities are written as null, and half a surrogate pair as its escape,
 * which is how it came: JSON can hold what UTF-8 cannot. Frames of bytes must be UTF-8 all the same.
 */
export function createJsonSerializer(options: SerializerOptions = {}): Serializer {
  const { maxNesting = DEFAULT_MAX_NESTING, textFrom = TEXT_FROM } = options;
  return {
    name: 'json',
    subprotocol: 'wamp.2.json',
    binary: false,
    encode: keepLastEvent(frameOf),
    decode(frame) {
      if (typeof frame === 'string') return decodeText(frame);
      if (!isUtf8(frame)) throw new ProtocolViolation('the frame is not UTF-8');
      const bytes = Buffer.isBuffer(frame)
        ? frame
        : Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
      const elements = bytes.length < textFrom ? undefined : splitFrame(bytes, maxNesting, textFrom / 2);
      // A byte order mark is kept, and is no JSON then: so it is in WebSocket's text frames, too.
      return elements === undefined ? decodeText(bytes.toString('utf8')) : decodeMessage(elements);
    },
  };

  function decodeText(text: string): Message {
    if (jsonObjectsExceed(text, MAX_OBJECTS)) throw faults.objects();
    const message = decodeMessage(parse(text, maxNesting));
    if (mayHoldBinaryText(text)) {
      const payload = messagePayload(message);
      if (payload !== undefined) markBinaryText(payload);
    }
    return message;
  }
}

function parse(text: string, maxNesting: number): unknown {
  try {
    return parseJson(text, maxNesting);
  } catch (error) {
    // V8 quotes the text in its own message; ours must not carry what a client sent.
    const nested = error instanceof SyntaxError && error.message.startsWith('nested deeper');
    throw new ProtocolViolation(nested ? error.message : 'the frame is not valid JSON', { cause: error });
  }
}

function frameOf(message: Message): string | Uint8Array {
  let head = '[';
  let separator = '';
  for (const element of messageHead(message)) {
    head += separator + (typeof element === 'number' ? element : jsonOf(element));
    separator = ',';
  }
  const payload = messagePayload(message);
  return payload === undefined ? `${head}]` : withPayload(head, payload);
}

/** Most options and details are empty, and a search for a key is quicker than the runtime's writer. */
function jsonOf(element: unknown): string {
  return isDict(element) && isEmptyDict(element) ? '{}' : stringifyJson(element);
}

/** Adds `,args,kwargs`; empty slots at the end are left out, an empty list holds the place of args before kwargs. */
function withPayload(head: string, payload: Payload): string | Uint8Array {
  if (payload.opaque !== undefined) return `${head},${stringifyJson(payload.opaque)}]`;
  const { args, kwargs } = payload;
  if (kwargs !== undefined && !isEmptyDict(kwargs)) {
    const before = `${head},${args === undefined ? '[]' : textOf(args)},`;
    return isJsonText(kwargs) ? around(before, kwargs) : `${before}${stringifyJson(kwargs)}]`;
  }
  if (args === undefined || (Array.isArray(args) && args.length === 0)) return `${head}]`;
  return isJsonText(args) ? around(`${head},`, args) : `${head},${stringifyJson(args)}]`;
}

/** A frame that ends with JSON in bytes: they are copied, and never made a string. */
function around(head: string, json: JsonText): string | Uint8Array {
  const before = head + json.before;
  const after = `${json.after}]`;
  const { bytes } = json;
  if (bytes.length === 0) return before + after;
  return shortAround(before, bytes, after) ?? anyAround(before, bytes, after);
}

/** Characters up to which a loop is quicker than calls into the runtime. */
const SHORT = 256;

/** Undefined where what stands around the bytes is long, or more than ASCII. */
function shortAround(before: string, bytes: Uint8Array, after: string): Uint8Array | undefined {
  if (before.length + after.length > SHORT) return undefined;
  const end = before.length + bytes.length;
  const frame = Buffer.allocUnsafe(end + after.length);
  if (!putAscii(frame, before, 0) || !putAscii(frame, after, end)) return undefined;
  frame.set(bytes, before.length);
  return frame;
}

function putAscii(target: Buffer, text: string, start: number): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return false;
    target[start + index] = code;
  }
  return true;
}

function anyAround(before: string, bytes: Uint8Array, after: string): Uint8Array {
  const start = Buffer.byteLength(before);
  const end = start + bytes.length;
  const frame = Buffer.allocUnsafe(end + Buffer.byteLength(after));
  frame.write(before, 0, 'utf8');
  frame.set(bytes, start);
  frame.write(after, end, 'utf8');
  return frame;
}

function textOf(slot: NonNullable<Payload['args'] | Payload['kwargs']>): string {
  return isJsonText(slot) ? textOfJson(slot) : stringifyJson(slot);
}

function isEmptyDict(slot: Dict | JsonText): boolean {
  if (isJsonText(slot)) return slot.bytes.length === 0 && slot.before + slot.after === '{}';
  for (const _key in slot) return false;
  return true;
}
