import { MESSAGE, type Message } from '../messages.js';
import type { Payload } from '../payload.js';
import type { Serializer } from './serializer.js';

/** How a serializer puts a frame together: the payload is its tail, and the same wherever the payload is. */
export interface FrameParts<Tail, Frame> {
  /** @throws Error where it cannot be written */
  readonly tailOf: (payload: Payload) => Tail;
  /** Bytes, or fewer. */
  readonly lengthOf: (tail: Tail) => number;
  readonly frameOf: (message: Message, tail: Tail) => Frame;
  /** Of any message. */
  readonly encode: (message: Message) => Frame;
}

/** Of a payload from so many bytes on it is remembered as long as it lives what it came to. */
const LONG = 16 * 1024;

/**
 * Encoding that writes an EVENT once. It goes to many receivers, one after the other, and is one message for those of each
 * subscription, and one payload for all; some take none of its size, or of its kind, and it is for them alone that a
 * publisher must not make a router work again and again. What is kept is given back as soon as a turn of the event loop passes
 * without use of it: to many receivers it goes in several turns.
 */
export function encodeEventsOnce<Tail, Frame extends string | Uint8Array>(
  parts: FrameParts<Tail, Frame>,
): Pick<Serializer, 'encode' | 'exceeds'> {
  let kept: { readonly payload: Payload; readonly tail: Tail } | undefined;
  let event: Message | undefined;
  let frame: Frame | undefined;
  let isWatched = false;
  let isUsed = false;
  /** Bytes of long payloads, or why they cannot be written. */
  const known = new WeakMap<Payload, number | Error>();

  function clear(): void {
    isWatched = isUsed;
    if (isUsed) setImmediate(clear);
    else [kept, event, frame] = [undefined, undefined, undefined];
    isUsed = false;
  }

  function tailOf(payload: Payload): Tail {
    isUsed = true;
    if (kept?.payload === payload) return kept.tail;
    const fault = known.get(payload);
    if (fault instanceof Error) throw fault;
    try {
      const tail = parts.tailOf(payload);
      if (parts.lengthOf(tail) >= LONG) known.set(payload, parts.lengthOf(tail));
      kept = { payload, tail };
      if (!isWatched) setImmediate(clear);
      isWatched = true;
      return tail;
    } catch (error) {
      if (error instanceof Error) known.set(payload, error);
      throw error;
    }
  }

  return {
    encode(message) {
      if (message.type !== MESSAGE.EVENT) return parts.encode(message);
      if (message === event && frame !== undefined) {
        isUsed = true;
        return frame;
      }
      const fresh = parts.frameOf(message, tailOf(message.payload));
      [event, frame] = [message, fresh];
      return fresh;
    },
    exceeds({ payload }, most) {
      const size = known.get(payload);
      if (typeof size === 'number') return size > most;
      return parts.lengthOf(tailOf(payload)) > most;
    },
  };
}
