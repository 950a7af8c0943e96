import type { JsonText } from '../../json-text/json-text.js';
import type { Event, Message } from '../messages.js';

/** The limits for decoding. */
export interface SerializerOptions {
  /** Maximum nesting of lists and dictionaries, including the message's list. Default 512. */
  readonly maxNesting?: number;
  /** Maximum values and names of one frame, counted by `weights.ts`. Default 200,000. */
  readonly maxValues?: number;
  /**
   * Bytes of the smallest frame whose args and kwargs become JSON text. Args or kwargs become text
   * if they have at least half as many bytes. Default 512.
   */
  readonly textFrom?: number;
}

/**
 * A long frame in three pieces: `before`, `bytes` and `after`. The bytes are the unchanged body of
 * an upstream response. A copy would cost time, and memory that V8 has to track.
 */
export interface LongFrame {
  readonly before: string;
  readonly bytes: Uint8Array;
  readonly after: string;
  /** The bytes of `before` in UTF-8. */
  readonly beforeLength: number;
  /** The bytes of the whole frame. */
  readonly length: number;
}

/** A frame, ready to be written. */
export type Frame = string | Uint8Array | LongFrame;

/** Encodes messages as frames, and decodes frames. */
export interface Serializer {
  /** Name as in the configuration: `json`. */
  readonly name: string;
  /** Its WebSocket subprotocol: `wamp.2.json`. */
  readonly subprotocol: string;
  /**
   * Whether its frames are binary. If not, they are text, as a string or as UTF-8 bytes. A frame of
   * the wrong kind is a protocol violation.
   */
  readonly binary: boolean;
  /**
   * @throws Error if the message cannot be encoded: for a circular reference, nesting beyond the
   * stack, or a value that the format does not support. Its message quotes nothing from the
   * payload.
   */
  encode(message: Message): string | Uint8Array;
  /**
   * Encodes a RESULT with a long body without copying the body. Returns undefined for other
   * messages. `encode` encodes those. Absent if the format must convert the body anyway.
   */
  encodeLong?(message: Message): LongFrame | undefined;
  /**
   * Whether an EVENT certainly takes more than `max` bytes. Does not build its frame.
   *
   * @throws Error as `encode` does
   */
  exceeds(event: Event, max: number): boolean;
  /** Absent for JSON, which writes JSON text unchanged. */
  readonly packing?: JsonPacking;
  /** @throws ProtocolViolation */
  decode(frame: string | Uint8Array): Message;
}

/** Converts JSON text to a binary format outside a message, for `JsonText.packed`. */
export interface JsonPacking {
  /** @throws Error as `encode` does */
  pack(json: JsonText): Uint8Array;
  /** Returns the bytes before the UTF-8 of a text. @param length bytes of the text, below 2^32 */
  textHead(length: number): Uint8Array;
  /** Like `pack`, for long text. The event loop can run between its steps. */
  packInSteps(json: JsonText): Generator<void, Uint8Array | Unpacked>;
}

/**
 * Why JSON text is not packed. Either the format does not support one of its values, or the text
 * must be parsed and has more than `SerializerOptions.maxValues` values.
 */
export type Unpacked = 'unencodable' | 'too_many_values';
