/**
 * The handshake of RawSocket (WAMP section "RawSocket Transport"): four octets each way, 7F, LLLL SSSS, 00, 00, or in
 * the router's refusal 7F, EEEE 0000, 00, 00. Nothing here reads or writes a socket.
 */
import type { Serializer } from '../wamp/serializers/serializer.js';

/** The first octet, by which a port tells RawSocket from HTTP: no HTTP request can begin with it. */
export const RAWSOCKET_MAGIC = 0x7f;

/** Octets of a handshake, either way. */
export const HANDSHAKE_LENGTH = 4;

/** The numbers of the serializers, by {@link Serializer.name}. */
export const RAWSOCKET_SERIALIZER: Readonly<Record<string, number>> = { json: 1, msgpack: 2, cbor: 3 };

/** Why a router turns a client away. */
export const HANDSHAKE_ERROR = { serializer: 1, length: 2, reserved: 3, connections: 4 } as const;
export type HandshakeError = (typeof HANDSHAKE_ERROR)[keyof typeof HANDSHAKE_ERROR];

const ERROR_SENTENCES: Readonly<Record<number, string>> = {
  [HANDSHAKE_ERROR.serializer]: 'the router does not speak this serializer',
  [HANDSHAKE_ERROR.length]: 'the router does not accept the maximum message length',
  [HANDSHAKE_ERROR.reserved]: 'the router knows no use of the reserved bits',
  [HANDSHAKE_ERROR.connections]: 'the router holds as many connections as it may',
};

/** What both ends agreed on. */
export interface Agreement {
  readonly serializer: Serializer;
  /** Octets of the longest message that the other end takes. */
  readonly maxSend: number;
}

/**
 * The length that stands for a limit of our own: LLLL means 2^(9 + LLLL) octets. The largest that is not above `bytes`,
 * as the other end may send that much; 512 octets where `bytes` is less.
 */
export function lengthCode(bytes: number): number {
  return Math.min(15, Math.max(0, 31 - Math.clz32(bytes) - 9));
}

/** How many octets a length code stands for. */
export const lengthOf = (code: number): number => 2 ** (9 + code);

/** A client's request, and likewise a router's consent. */
export function writeHandshake(ownLengthCode: number, serializer: Serializer): Buffer {
  const number = RAWSOCKET_SERIALIZER[serializer.name];
  if (number === undefined) throw new Error(`RawSocket has no number for the serializer ${serializer.name}`);
  return Buffer.from([RAWSOCKET_MAGIC, ownLengthCode * 16 + number, 0, 0]);
}

export function writeRefusal(error: HandshakeError): Buffer {
  return Buffer.from([RAWSOCKET_MAGIC, error * 16, 0, 0]);
}

/** Looks at a client's request, which begins with the magic octet: what is agreed on, or why nothing is. */
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

/** Looks at a router's answer. @throws Error in one plain sentence, where it does not agree */
export function judgeReply(reply: Uint8Array, asked: Serializer): Agreement {
  const [first, second = 0, third, fourth] = reply;
  if (first !== RAWSOCKET_MAGIC) throw new Error('what answers there is no RawSocket router');
  if (third !== 0 || fourth !== 0) throw new Error('the router uses reserved bits');
  if (second % 16 === 0) {
    throw new Error(ERROR_SENTENCES[second >> 4] ?? `the router refused with code ${second >> 4}`);
  }
  if (second % 16 !== RAWSOCKET_SERIALIZER[asked.name]) {
    throw new Error('the router chose another serializer');
  }
  return { serializer: asked, maxSend: lengthOf(second >> 4) };
}
