import type { EntryBounds } from './object-entries.js';

/**
 * Valid JSON text that is passed on without being parsed.
 *
 * The JSON serializer copies it into the frame. So large integers and unusual numbers stay exact.
 * Code that needs values parses it first. `bytes` is the part from the network. `before` and
 * `after` are text that the gateway puts around it.
 */
export interface JsonText {
  readonly before: string;
  /** UTF-8. Must not be changed. */
  readonly bytes: Uint8Array;
  readonly after: string;
  /** The bounds of the entries, if `bytes` is a whole object and the bounds are already known. */
  readonly bounds: EntryBounds | undefined;
  /** True if no object has a name twice. False if this is not known. */
  readonly namesDiffer: boolean;
  /** The same value in a binary format, if it is already converted. */
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

/**
 * Creates JSON text from three parts. The text is not checked, so the caller must ensure that it is
 * valid.
 */
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

/**
 * Creates JSON text that is already in the binary format of its receiver. It is written as JSON
 * only on demand.
 *
 * @param write returns the bytes for {@link jsonText}
 */
export function packedJsonText(
  before: string,
  write: () => Uint8Array,
  after: string,
  packed: PackedJson | undefined,
): JsonText {
  let bytes: Uint8Array | undefined;
  return {
    before,
    get bytes() {
      bytes ??= write();
      return bytes;
    },
    after,
    bounds: undefined,
    namesDiffer: false,
    packed,
    [brand]: true,
  };
}

/** The whole text. */
export function textOfJson({ before, bytes, after }: JsonText): string {
  return before + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8') + after;
}

/**
 * Whether {@link jsonText} created a value. A dictionary from the network cannot imitate such a
 * value.
 */
export function isJsonText(value: unknown): value is JsonText {
  return typeof value === 'object' && value !== null && brand in value;
}
