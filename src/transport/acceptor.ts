import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from '../log.js';
import type { Turns } from '../turns.js';
import type { ClientLibrary, ConnectionInfo } from '../wamp/peer.js';
import type { Serializer } from '../wamp/serializers/serializer.js';
import type { Arrival } from './accept-guard.js';
import type { FramedPeerOptions, NetworkPeer } from './framed-peer.js';

/** A connection that has completed its transport's handshake. */
export interface Accepted {
  readonly transport: Exclude<ConnectionInfo['transport'], 'in-process'>;
  readonly serializer: Serializer;
  /** Always undefined for RawSocket, whose handshake does not name the library. */
  readonly library?: ClientLibrary | undefined;
  readonly network: NetworkPeer;
}

/** Performs the handshake of one transport. */
export interface Acceptor {
  /** Takes over a connection. The caller must have put back any octets that it read. */
  take(socket: Socket, arrival: Arrival): void;
}

/** How long a request may take, from its head to the end of its response. */
export interface RequestLimit {
  /** Sets it to `ms` milliseconds from now. `Infinity` means that there is none. */
  extend(ms: number): void;
}

/**
 * Answers HTTP requests that are not for WebSocket. The connection closes after the response, and
 * the listener limits how long it may take.
 */
export type AnswerRequest = (request: IncomingMessage, response: ServerResponse, limit: RequestLimit) => void;

/** What a listener gives to its acceptors. */
export interface AcceptorContext {
  /** Their order has no meaning. The client's order of preference decides. */
  readonly serializers: readonly Serializer[];
  /** Maximum bytes of one message. A larger message ends the connection. `wamp.max_message_size` */
  readonly maxMessageSize: number;
  readonly log: Logger;
  readonly turns: Turns;
  /** Answers requests for other paths than that of WebSocket. Undefined: they get an error. */
  readonly answerRequest: AnswerRequest | undefined;
  /** Whether WAMP clients may connect already. */
  readonly isReady: () => boolean;
  /** The options of every peer of the listener. */
  peerOptions(transport: Accepted['transport'], serializer: Serializer): FramedPeerOptions;
  /** Called for each connection that has completed its handshake. */
  accepted(socket: Socket, arrival: Arrival, connection: Accepted): void;
  /** Called for each connection that carries a request for {@link answerRequest}. */
  serves(socket: Socket, arrival: Arrival): RequestLimit;
}
