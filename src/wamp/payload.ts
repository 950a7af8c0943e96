import { isJsonText, type JsonText } from '../json-text/json-text.js';

export type Dict = Readonly<Record<string, unknown>>;

/** Whether a value is a decoded dictionary. Lists, bytes and all JSON text are not. */
export function isDict(value: unknown): value is Dict {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !isJsonText(value)
  );
}

/** Returns the value if it is a decoded dictionary, otherwise undefined. */
export function asDict(value: unknown): Dict | undefined {
  return isDict(value) ? value : undefined;
}

/** Args and kwargs of a message. An absent slot is never null (autobahn|python rejects null). */
export interface Payload {
  readonly args?: readonly unknown[] | JsonText;
  readonly kwargs?: Dict | JsonText;
  /**
   * A payload that its sender packed (payload passthru, WAMP advanced profile). It replaces args.
   * It is valid only if the options describe the packing. The router does not forward
   * such a payload yet. The router decodes it only to refuse it with a precise error.
   */
  readonly opaque?: string | Uint8Array;
}

/** A payload without args and kwargs. */
export const EMPTY_PAYLOAD: Payload = Object.freeze({});

/** Empty details or options. Frozen and shared. */
export const NOTHING: Dict = Object.freeze({});
