import { MESSAGE, type Message } from '../messages.js';
import type { Payload } from '../payload.js';
import type { Serializer } from './serializer.js';

/** The functions with which a serializer builds a frame. The tail is the encoded payload. */
export interface FrameParts<Tail, Frame> {
  /** @throws Error if the payload cannot be encoded */
  readonly tailOf: (payload: Payload) => Tail;
  /** The bytes of the tail, or a lower bound. */
  readonly lengthOf: (tail: Tail) => number;
  readonly frameOf: (message: Message, tail: Tail) => Frame;
  readonly encode: (message: Message) => Frame;
}

/**
 * For payloads of at least this many bytes, the encoded size is remembered as long as the payload
 * exists.
 */
const LONG = 16 * 1024;

/**
 * Encodes an EVENT once for all its receivers. The router sends it to one receiver after the other,
 * with one message for each subscription and one payload for all of them. Also remembers the size
 * of a long payload, or the reason why it cannot be encoded. Otherwise each receiver that does not
 * accept it would cost another encoding. Sending to many receivers takes several turns of the event
 * loop. So the encoded EVENT is released only after a turn in which it was not used.
 */
export function encodeEventsOnce<Tail, Frame extends string | Uint8Array>(
  parts: FrameParts<Tail, Frame>,
): Pick<Serializer, 'encode' | 'exceeds'> {
  let kept: { readonly payload: Payload; readonly tail: Tail } | undefined;
  let event: Message | undefined;
  let frame: Frame | undefined;
  let isWatched = false;
  let isUsed = false;
  /** The bytes of long payloads, and the errors of those that cannot be encoded. */
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
    const failure = known.get(payload);
    if (failure instanceof Error) throw failure;
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
    exceeds({ payload }, max) {
      const size = known.get(payload);
      if (typeof size === 'number') return size > max;
      return parts.lengthOf(tailOf(payload)) > max;
    },
  };
}
