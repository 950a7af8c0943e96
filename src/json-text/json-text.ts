import type { EntryBounds } from './object-entries.js';

/**
 * JSON that is written already: valid, and passed on as it is.
 *
 * A serializer for JSON puts it into the frame unparsed, which keeps big integers and odd numbers exact and costs a copy;
 * who needs values parses it first. Bytes that came from a network stay bytes all the way, in what is written around them.
 */
export interface JsonText {
  readonly before: string;
  /** UTF-8. Nobody may write to them. */
  readonly bytes: Uint8Array;
  readonly after: string;
  /** Of the entries of an object in bytes alone, where they were looked for already. */
  readonly bounds: EntryBounds | undefined;
  /** No name stands twice in one of its objects. Where nobody has looked it is false. */
  readonly namesDiffer: boolean;
  /** The whole as a serializer writes it, where that has been done; JSON it is all the same. */
  readonly packed: PackedJson | undefined;
  readonly [brand]: true;
}

/** JSON in a binary format. */
export interface PackedJson {
  /** The name of the serializer. */
  readonly format: string;
  readonly bytes: Uint8Array;
}

const brand = Symbol('JsonText');
const NO_BYTES = new Uint8Array(0);

/** Marks what the three make together as valid JSON. The caller vouches for that: nobody checks it again. */
export function jsonText(
  before: string,
  bytes: Uint8Array = NO_BYTES,
  after = '',
  bounds?: EntryBounds,
  namesDiffer = false,
  packed?: PackedJson,
): JsonText {
  return { before, bytes, after, bounds, namesDiffer, packed, [brand]: true };
}

/** The whole text. */
export function textOfJson({ before, bytes, after }: JsonText): string {
  return before + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8') + after;
}

/** True for what {@link jsonText} made; a dictionary that merely looks alike came off the wire and is not one. */
export function isJsonText(value: unknown): value is JsonText {
  return typeof value === 'object' && value !== null && brand in value;
}
