import type { JsonText } from '../../json-text/json-text.js';
import type { Event, Message } from '../messages.js';

/** How frames are read. */
export interface SerializerOptions {
  /** Lists and dictionaries within one another, the message's own list counted; default 512. */
  readonly maxNesting?: number;
  /** Values and names of one frame, as scan.ts counts them; default 200,000. */
  readonly maxValues?: number;
  /**
   * Bytes of the smallest frame whose args and kwargs are left or made JSON text, each where it has half as many at
   * least; default 512.
   */
  readonly textFrom?: number;
}

/** One way to put messages into frames. */
export interface Serializer {
  /** Short name, as the configuration has it: `json`. */
  readonly name: string;
  /** The WebSocket subprotocol that stands for it: `wamp.2.json`. */
  readonly subprotocol: string;
  /**
   * Whether its frames are of the binary kind; the other kind is text, which may come as a string or as UTF-8. A frame of
   * the wrong kind is a protocol violation.
   */
  readonly binary: boolean;
  /**
   * @throws Error where the message cannot be written: a circle, nesting beyond the stack, or what the format cannot hold,
   * of which each serializer tells. Its message holds nothing of the payload.
   */
  encode(message: Message): string | Uint8Array;
  /**
   * Whether an EVENT is known to take more than `most` bytes, which is found without putting its frame together.
   *
   * @throws Error as `encode` does
   */
  exceeds(event: Event, most: number): boolean;
  /** Absent where JSON text is written as it is. */
  readonly packing?: JsonPacking;
  /** @throws ProtocolViolation */
  decode(frame: string | Uint8Array): Message;
}

/** How a binary format writes JSON text apart from any message: for `JsonText.packed`. */
export interface JsonPacking {
  /** @throws Error as `encode` does */
  pack(json: JsonText): Uint8Array;
  /** For a long text: in steps for the event loop to go on in between. */
  packInSteps(json: JsonText): Generator<void, Uint8Array | Unpacked>;
}

/**
 * Why JSON text is not packed: the format does not hold what is in it; or it has to be read first, and holds more values than
 * may be (`SerializerOptions.maxValues`).
 */
export type Unpacked = 'unencodable' | 'too_many_values';
