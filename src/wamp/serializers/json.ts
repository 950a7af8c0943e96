import { isUtf8 } from 'node:buffer';
import { DEFAULT_MAX_NESTING, parseJson, stringifyJson } from '../../json.js';
import { isJsonText, type JsonText, textOfJson } from '../../json-text/json-text.js';
import { weighsMore } from '../../json-text/weigh-json.js';
import { decodeMessage, LimitExceeded, ProtocolViolation } from '../decode.js';
import { messageHead, messagePayload } from '../encode.js';
import { MESSAGE, type Message } from '../messages.js';
import { type Dict, isDict, type Payload } from '../payload.js';
import { TEXT_FROM } from '../payload-slots.js';
import { markBinaryText, mayHoldBinaryText } from './binary-text.js';
import { encodeEventsOnce } from './encode-events.js';
import { DEFAULT_MAX_VALUES, scanErrors } from './scan.js';
import type { LongFrame, Serializer, SerializerOptions } from './serializer.js';
import { splitFrame } from './transcode/split-frame.js';

const errors = scanErrors('JSON');

/**
 * Creates the serializer `wamp.2.json`.
 *
 * Copies JSON text in a payload into the frame. Encodes an EVENT for many receivers once, so use
 * one serializer for all connections of a listener.
 *
 * Follows ECMA-262 section 25.5.2: writes NaN and the infinities as null, and a lone surrogate as
 * an escape, because UTF-8 cannot encode it. Frames of bytes must be UTF-8.
 */
export function createJsonSerializer(options: SerializerOptions = {}): Serializer {
  const { maxNesting = DEFAULT_MAX_NESTING, maxValues = DEFAULT_MAX_VALUES, textFrom = TEXT_FROM } = options;
  return {
    name: 'json',
    subprotocol: 'wamp.2.json',
    binary: false,
    ...encodeEventsOnce({ tailOf, lengthOf, frameOf, encode }),
    encodeLong,
    decode(frame) {
      if (typeof frame === 'string') {
        if (frame.length >= maxValues) count(Buffer.from(frame));
        return decodeText(frame);
      }
      if (!isUtf8(frame)) throw new ProtocolViolation('the frame is not UTF-8');
      const bytes = Buffer.isBuffer(frame)
        ? frame
        : Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
      if (bytes.length >= maxValues) count(bytes);
      const elements = bytes.length < textFrom ? undefined : splitFrame(bytes, maxNesting, textFrom / 2);
      if (elements !== undefined) return decodeMessage(elements);
      // A byte order mark makes the frame invalid, as it does in a text frame of WebSocket.
      return decodeText(bytes.toString('utf8'));
    },
  };

  /**
   * Called for long frames only. Each value takes at least one byte, so a short frame cannot have
   * too many.
   */
  function count(bytes: Buffer): void {
    if (weighsMore(bytes, maxValues)) throw errors.values(maxValues);
  }

  function decodeText(text: string): Message {
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
    // V8's message quotes the text. The gateway's message must not quote it.
    const nested = error instanceof SyntaxError && error.message.startsWith('nested deeper');
    throw nested ? new LimitExceeded(error.message, { cause: error }) : invalid(error);
  }
}

function invalid(cause?: unknown): ProtocolViolation {
  return new ProtocolViolation('the frame is not valid JSON', { cause });
}

function encode(message: Message): string | Uint8Array {
  const payload = messagePayload(message);
  return payload === undefined ? `${headOf(message)}]` : frameOf(message, tailOf(payload));
}

function headOf(message: Message): string {
  let head = '[';
  let separator = '';
  for (const element of messageHead(message)) {
    head += separator + (typeof element === 'number' ? element : jsonOf(element));
    separator = ',';
  }
  return head;
}

/** Most options and details are empty, and the check for a key is faster than JSON.stringify. */
function jsonOf(element: unknown): string {
  return isDict(element) && isEmptyDict(element) ? '{}' : stringifyJson(element);
}

/** The rest of a frame after its head: args, kwargs and the last bracket. */
interface Tail {
  readonly before: string;
  readonly bytes: Uint8Array;
  readonly after: string;
}

const NO_BYTES = new Uint8Array(0);

/**
 * Returns `,args,kwargs]`. Omits kwargs if they are empty, and then omits empty args too. Writes
 * `[]` for absent args before kwargs.
 */
function tailOf({ args, kwargs, opaque }: Payload): Tail {
  if (opaque !== undefined) return tailOfText(`,${stringifyJson(opaque)}]`);
  if (kwargs !== undefined && !isEmptyDict(kwargs)) {
    const before = `,${args === undefined ? '[]' : textOf(args)},`;
    return isJsonText(kwargs) ? tailAround(before, kwargs) : tailOfText(`${before}${stringifyJson(kwargs)}]`);
  }
  if (args === undefined || (Array.isArray(args) && args.length === 0)) return tailOfText(']');
  return isJsonText(args) ? tailAround(',', args) : tailOfText(`,${stringifyJson(args)}]`);
}

function tailOfText(text: string): Tail {
  return { before: text, bytes: NO_BYTES, after: '' };
}

function tailAround(before: string, json: JsonText): Tail {
  return { before: before + json.before, bytes: json.bytes, after: `${json.after}]` };
}

/**
 * A lower bound: counts the characters of `before` and `after`, which are never more than their
 * UTF-8 bytes.
 */
function lengthOf({ before, bytes, after }: Tail): number {
  return before.length + bytes.length + after.length;
}

/** Copies the bytes of the tail without creating a string. */
function frameOf(message: Message, { before, bytes, after }: Tail): string | Uint8Array {
  const start = headOf(message) + before;
  if (bytes.length === 0) return start + after;
  return shortAround(start, bytes, after) ?? anyAround(start, bytes, after);
}

/**
 * A body of at least this many bytes is not copied. A copy of it would need memory of its own,
 * because Node's buffer pool serves only smaller frames.
 */
const LONG_BODY = 4 * 1024;

function encodeLong(message: Message): LongFrame | undefined {
  if (message.type !== MESSAGE.RESULT) return undefined;
  const { payload } = message;
  const body = payload.kwargs ?? payload.args;
  if (!isJsonText(body) || body.bytes.length < LONG_BODY) return undefined;
  const tail = tailOf(payload);
  if (tail.bytes.length < LONG_BODY) return undefined;
  const before = headOf(message) + tail.before;
  const beforeLength = Buffer.byteLength(before);
  const length = beforeLength + tail.bytes.length + Buffer.byteLength(tail.after);
  return { before, bytes: tail.bytes, after: tail.after, beforeLength, length };
}

/** Up to this many characters, a loop is faster than calls into the runtime. */
const SHORT = 256;

/** Undefined if the text around the bytes is long or not ASCII. */
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
