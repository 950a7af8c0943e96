import { isJsonText, type JsonText } from '../json-text/json-text.js';

export type Dict = Readonly<Record<string, unknown>>;

/** True for a decoded dictionary: neither a list nor bytes, nor JSON text, even where that is a dictionary's. */
export function isDict(value: unknown): value is Dict {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !isJsonText(value)
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

/** Details and options that say nothing: shared, since nobody may write to them. */
export const NOTHING: Dict = Object.freeze({});
