/**
 * JSON that is written already: valid, and passed on as it is.
 *
 * A serializer for JSON puts it into the frame unparsed, which keeps big integers and odd numbers exact and costs a copy;
 * any other serializer parses it first, see `payload-values.ts`. The bytes of an upstream's answer stay bytes all the way,
 * in what the gateway has to write around them.
 */
export interface JsonText {
  readonly before: string;
  /** UTF-8. Nobody may write to them. */
  readonly bytes: Uint8Array;
  readonly after: string;
  readonly [brand]: true;
}
const brand = Symbol('JsonText');
const NO_BYTES = new Uint8Array(0);

/** Marks what the three make together as valid JSON. The caller vouches for that: nobody checks it again. */
export function jsonText(before: string, bytes: Uint8Array = NO_BYTES, after = ''): JsonText {
  return { before, bytes, after, [brand]: true };
}

/** The whole text. */
export function textOfJson({ before, bytes, after }: JsonText): string {
  return before + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8') + after;
}

/** True for what {@link jsonText} made; a dictionary that merely looks alike came off the wire and is not one. */
export function isJsonText(value: unknown): value is JsonText {
  return typeof value === 'object' && value !== null && brand in value;
}

export type Dict = Readonly<Record<string, unknown>>;

/** True for a decoded dictionary: neither a list nor bytes. */
export function isDict(value: unknown): value is Dict {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

/** A value where it is a decoded dictionary. */
export function asDict(value: unknown): Dict | undefined {
  return isDict(value) ? value : undefined;
}

/** What a CALL, RESULT, EVENT or ERROR carries. Absent slots are absent, never null (autobahn|python rejects null). */
export interface Payload {
  readonly args?: readonly unknown[] | JsonText;
  readonly kwargs?: Dict | JsonText;
  /**
   * A payload that its sender packed (payload passthru, WAMP advanced profile): it stands in the place of args, and
   * only where the options name a packing. Decoded so that it can be refused by its right name; nobody forwards it yet.
   */
  readonly opaque?: string | Uint8Array;
}

/** The payload of a message that carries nothing. */
export const EMPTY_PAYLOAD: Payload = Object.freeze({});
