/**
 * The handshake of RawSocket (WAMP section "RawSocket Transport"). Each side sends four octets: 7F,
 * LLLL SSSS, 00, 00. The router's refusal is 7F, EEEE 0000, 00, 00. This file does no input or
 * output.
 */
import type { Serializer } from '../wamp/serializers/serializer.js';

/** The first octet. It distinguishes RawSocket from HTTP: no HTTP request begins with it. */
export const RAWSOCKET_MAGIC = 0x7f;

/** Octets of the request, and of the reply. */
export const HANDSHAKE_LENGTH = 4;

/** The numbers of the serializers, by {@link Serializer.name}. */
export const RAWSOCKET_SERIALIZER: Readonly<Record<string, number>> = { json: 1, msgpack: 2, cbor: 3 };

/** Why a router refuses a client. */
export const HANDSHAKE_ERROR = { serializer: 1, length: 2, reserved: 3, connections: 4 } as const;
export type HandshakeError = (typeof HANDSHAKE_ERROR)[keyof typeof HANDSHAKE_ERROR];

const ERROR_MESSAGES: Readonly<Record<number, string>> = {
  [HANDSHAKE_ERROR.serializer]: 'the router does not support this serializer',
  [HANDSHAKE_ERROR.length]: 'the router does not accept the maximum message length',
  [HANDSHAKE_ERROR.reserved]: 'the router does not support the use of reserved bits',
  [HANDSHAKE_ERROR.connections]: 'the router has reached its maximum number of connections',
};

/** The result of a successful handshake. */
export interface Agreement {
  readonly serializer: Serializer;
  /** Octets of the longest message that the other end accepts. */
  readonly maxSend: number;
}

/**
 * Returns the LLLL for a limit in bytes. LLLL means 2^(9 + LLLL) octets. Rounds down, so that the
 * other end cannot send more than the limit. A limit below 512 counts as 512.
 */
export function lengthCode(bytes: number): number {
  return Math.min(15, Math.max(0, 31 - Math.clz32(bytes) - 9));
}

/** The octets that a length code means. */
export const lengthOf = (code: number): number => 2 ** (9 + code);

/** A client's request. A router's consent has the same form. */
export function writeHandshake(ownLengthCode: number, serializer: Serializer): Buffer {
  const number = RAWSOCKET_SERIALIZER[serializer.name];
  if (number === undefined) throw new Error(`RawSocket has no number for the serializer ${serializer.name}`);
  return Buffer.from([RAWSOCKET_MAGIC, ownLengthCode * 16 + number, 0, 0]);
}

export function writeRefusal(error: HandshakeError): Buffer {
  return Buffer.from([RAWSOCKET_MAGIC, error * 16, 0, 0]);
}

/** Checks a client's request. The caller has already checked its first octet. */
export function judgeRequest(
  request: Uint8Array,
  serializers: readonly Serializer[],
): Agreement | HandshakeError {
  const [, second = 0, third, fourth] = request;
  if (third !== 0 || fourth !== 0) return HANDSHAKE_ERROR.reserved;
  const serializer = serializers.find(({ name }) => RAWSOCKET_SERIALIZER[name] === second % 16);
  if (serializer === undefined) return HANDSHAKE_ERROR.serializer;
  return { serializer, maxSend: lengthOf(second >> 4) };
}

/** Checks a router's reply. @throws Error with a message of one sentence, if the router refuses */
export function judgeReply(reply: Uint8Array, requested: Serializer): Agreement {
  const [first, second = 0, third, fourth] = reply;
  if (first !== RAWSOCKET_MAGIC) throw new Error('the server is not a RawSocket router');
  if (third !== 0 || fourth !== 0) throw new Error('the router uses reserved bits');
  if (second % 16 === 0) {
    throw new Error(ERROR_MESSAGES[second >> 4] ?? `the router refused with code ${second >> 4}`);
  }
  if (second % 16 !== RAWSOCKET_SERIALIZER[requested.name]) {
    throw new Error('the router chose another serializer');
  }
  return { serializer: requested, maxSend: lengthOf(second >> 4) };
}
