import { Encoder } from 'cbor-x';
import { Packr } from 'msgpackr';
import { parseJson, stringifyJson } from '../../src/json.js';

/**
 * How a client encodes lists as frames. Libraries, not our own code, encode and decode the binary
 * formats.
 */
export interface Frames {
  readonly name: string;
  readonly subprotocol: string;
  write(list: readonly unknown[]): string | Uint8Array;
  read(frame: Buffer): readonly unknown[];
}

/** The libraries decode 64-bit integers as BigInt; numbers are easier to compare. */
const withNumbers = (value: unknown): unknown => {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(withNumbers);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withNumbers(item)]));
};

const packr = new Packr({ useRecords: false, variableMapSize: true });
const encoder = new Encoder({ useRecords: false, variableMapSize: true });

export const JSON_FRAMES: Frames = {
  name: 'json',
  subprotocol: 'wamp.2.json',
  write: stringifyJson,
  read: (frame) => parseJson(String(frame), 2048) as readonly unknown[],
};

export const FRAMES: readonly Frames[] = [
  JSON_FRAMES,
  {
    name: 'msgpack',
    subprotocol: 'wamp.2.msgpack',
    write: (list) => Buffer.from(packr.pack(list)),
    read: (frame) => withNumbers(packr.unpack(frame)) as readonly unknown[],
  },
  {
    name: 'cbor',
    subprotocol: 'wamp.2.cbor',
    write: (list) => Buffer.from(encoder.encode(list)),
    read: (frame) => withNumbers(encoder.decode(frame)) as readonly unknown[],
  },
];
