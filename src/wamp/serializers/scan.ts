import { ProtocolViolation } from '../decode.js';

/**
 * Looks through a binary frame once, from its first byte to its last, before anything is made of it: it holds one value,
 * whole and nothing after it; lengths announce no more than there is; text is UTF-8; keys are strings; nothing nests
 * deeper than the limit, or is more than the limit; and each type means something in WAMP. It neither recurses nor allocates, so that no frame
 * costs more than its bytes, and who reads the frame afterwards need not look for any of this again.
 *
 * @throws ProtocolViolation
 */
export type Scan = (bytes: Buffer) => void;

/** What may stand next: anything, or in a dictionary a key, or a key's value. */
export const ITEM = 0;
export const KEY = 1;
export const VALUE = 2;

/**
 * What a frame holds is counted, in all formats alike (`weights.ts` of json-text), for 16 MB of it may take gigabytes and half
 * a minute. So much is read and written again within 200 ms, whatever it is.
 */
export const DEFAULT_MAX_VALUES = 200_000;
/** What is wrong with a frame, in sentences that hold nothing of it. */
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

/** @param format its name, for people: `MessagePack` */
export function scanErrors(format: string): ScanErrors {
  const broken = (what: string) => () => new ProtocolViolation(`the frame is not valid ${format}: ${what}`);
  return {
    truncated: broken('it ends too early, or announces more than it holds'),
    trailing: broken('bytes follow the message'),
    malformed: broken('a value is malformed'),
    unknown: () => new ProtocolViolation(`the frame holds a type of ${format} that has no meaning in WAMP`),
    notUtf8: broken('text is not UTF-8'),
    key: () => new ProtocolViolation('the keys of a dictionary must be strings'),
    values: tooManyValues,
    nested: (maxNesting) => new ProtocolViolation(`nested deeper than ${maxNesting} levels`),
  };
}

function tooManyValues(maxValues: number): ProtocolViolation {
  return new ProtocolViolation(
    `more than ${maxValues} values and names in one message: send fewer at a time, or have wamp.max_values raised`,
  );
}
