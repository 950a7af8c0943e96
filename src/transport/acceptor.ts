import type { Socket } from 'node:net';
import type { Logger } from '../log.js';
import type { Turns } from '../turns.js';
import type { ClientLibrary, ConnectionInfo, Peer } from '../wamp/peer.js';
import type { Serializer } from '../wamp/serializers/serializer.js';
import type { Arrival } from './accept-guard.js';
import type { FramedPeerOptions } from './framed-peer.js';

/** A connection that made its transport's handshake. */
export interface Accepted {
  readonly transport: Exclude<ConnectionInfo['transport'], 'in-process'>;
  readonly serializer: Serializer;
  /** RawSocket does not tell. */
  readonly library?: ClientLibrary | undefined;
  readonly peer: Peer;
  /** Sends the transport's own kind of ping. */
  readonly ping: () => void;
}

/** One transport's part of a listener. */
export interface Acceptor {
  /** Takes over a connection of which nothing was read yet, or all that was has been put back. */
  take(socket: Socket, arrival: Arrival): void;
}

/** What a transport's part of a listener gets from the whole. */
export interface AcceptorContext {
  /** In no order: the client's order decides. */
  readonly serializers: readonly Serializer[];
  /** Bytes of one message; a larger one ends the connection. `wamp.max_message_size` */
  readonly maxMessageSize: number;
  readonly log: Logger;
  /** Of all that gives the event loop work. */
  readonly turns: Turns;
  /** What every peer of the listener is made with. */
  peerOptions(transport: Accepted['transport'], serializer: Serializer): FramedPeerOptions;
  /** Hands on a connection that is ready for WAMP. */
  accepted(socket: Socket, arrival: Arrival, connection: Accepted): void;
}
