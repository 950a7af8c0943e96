import { LimitExceeded, ProtocolViolation } from '../decode.js';

/**
 * Checks a binary frame before it is read. The frame must be exactly one complete value. No length
 * may exceed the frame. Text must be UTF-8, and keys must be strings. The nesting and the number of
 * values must be within their limits. Each type must have a meaning in WAMP. The scan does not
 * recurse or allocate, so its cost is linear in the frame's bytes. The reader does not repeat these
 * checks.
 *
 * @throws ProtocolViolation
 */
export type Scan = (bytes: Buffer) => void;

/** The kind of the next value: an item of a list, or a key or a value of a dictionary. */
export const ITEM = 0;
export const KEY = 1;
export const VALUE = 2;

/**
 * The default limit on values and names in a frame, counted by `json-text/weights.ts` in all
 * formats. Without a limit, 16 MB may take gigabytes of memory and half a minute. A frame within
 * this limit is read and written within 200 ms.
 */
export const DEFAULT_MAX_VALUES = 200_000;

/** The errors of a scan. Their messages quote nothing from the frame. */
export interface ScanErrors {
  readonly truncated: () => ProtocolViolation;
  readonly trailing: () => ProtocolViolation;
  readonly malformed: () => ProtocolViolation;
  readonly unknown: () => ProtocolViolation;
  readonly notUtf8: () => ProtocolViolation;
  readonly key: () => ProtocolViolation;
  readonly values: (maxValues: number) => ProtocolViolation;
  readonly nested: (maxNesting: number) => ProtocolViolation;
}

/** @param format the format's name for error messages, such as `MessagePack` */
export function scanErrors(format: string): ScanErrors {
  const broken = (what: string) => () => new ProtocolViolation(`the frame is not valid ${format}: ${what}`);
  return {
    truncated: broken('it is truncated, or a length exceeds it'),
    trailing: broken('bytes follow the message'),
    malformed: broken('a value is malformed'),
    unknown: () =>
      new ProtocolViolation(`the frame contains a type of ${format} that has no meaning in WAMP`),
    notUtf8: broken('text is not UTF-8'),
    key: () => new ProtocolViolation('the keys of a dictionary must be strings'),
    values: tooManyValues,
    nested: (maxNesting) => new LimitExceeded(`nested deeper than ${maxNesting} levels`),
  };
}

function tooManyValues(maxValues: number): LimitExceeded {
  return new LimitExceeded(
    `more than ${maxValues} values and names in one message: send fewer at a time, or raise wamp.max_values`,
  );
}
