import { DEFAULT_MAX_NESTING, parseJson, stringifyJson } from '../json.js';
import { decodeMessage, ProtocolViolation } from './decode.js';
import { messageHead, messagePayload } from './encode.js';
import { MESSAGE, type Message } from './messages.js';
import { type Dict, isJsonText, type Payload } from './payload.js';
import type { Serializer } from './serializer.js';

/**
 * The serializer `wamp.2.json`.
 *
 * JSON text in a payload is written into the frame as it is. An EVENT goes to many receivers one after the other, so
 * the last one's frame is kept: use one serializer for all connections of a listener.
 *
 * @param options.maxNesting lists and dictionaries within one another, the message's own list counted; default 512
 */
export function createJsonSerializer(options: { readonly maxNesting?: number } = {}): Serializer {
  const maxNesting = options.maxNesting ?? DEFAULT_MAX_NESTING;
  let lastEvent: Message | undefined;
  let lastFrame = '';
  return {
    name: 'json',
    subprotocol: 'wamp.2.json',
    binary: false,
    encode(message) {
      if (message.type !== MESSAGE.EVENT) return frameOf(message);
      if (message !== lastEvent) {
        lastFrame = frameOf(message);
        lastEvent = message;
      }
      return lastFrame;
    },
    decode(frame) {
      const text = typeof frame === 'string' ? frame : new TextDecoder().decode(frame);
      return decodeMessage(parse(text, maxNesting));
    },
  };
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

function frameOf(message: Message): string {
  let frame = '[';
  let separator = '';
  for (const element of messageHead(message)) {
    frame += separator + (typeof element === 'number' ? element : stringifyJson(element));
    separator = ',';
  }
  const payload = messagePayload(message);
  return payload === undefined ? `${frame}]` : `${frame}${tail(payload)}]`;
}

/** `,args,kwargs`; empty slots at the end are left out, an empty list holds the place of args before kwargs. */
function tail(payload: Payload): string {
  if (payload.opaque !== undefined) return `,${stringifyJson(payload.opaque)}`;
  const { args, kwargs } = payload;
  if (kwargs !== undefined && !isEmptyDict(kwargs)) {
    return `,${args === undefined ? '[]' : textOf(args)},${textOf(kwargs)}`;
  }
  if (args === undefined || (Array.isArray(args) && args.length === 0)) return '';
  return `,${textOf(args)}`;
}

function textOf(slot: NonNullable<Payload['args'] | Payload['kwargs']>): string {
  return isJsonText(slot) ? slot.jsonText : stringifyJson(slot);
}

function isEmptyDict(slot: Dict | Payload['kwargs']): boolean {
  if (isJsonText(slot)) return slot.jsonText === '{}';
  for (const _key in slot) return false;
  return true;
}
