import type { Message } from './messages.js';
import type { Outlet } from './outlet.js';

/**
 * The result of {@link Peer.send}. `sent`: the message was passed on. `closed`: the pipe is closed.
 * `unencodable`: the message cannot be encoded for this receiver. `too_large`: the receiver does
 * not accept its size. After `unencodable` and `too_large` the pipe stays open, and the sender
 * must inform those who wait for the message.
 */
export type SendOutcome = 'sent' | 'closed' | 'unencodable' | 'too_large';

/** Why an end closes the pipe. WebSocket has a close code for each. */
export type CloseCause = 'normal' | 'protocol_violation' | 'going_away' | 'too_slow';

/** Receives the messages and events of a pipe. */
export interface PeerReceiver {
  onMessage(message: Message): void;
  /**
   * The other end violated the protocol. No message follows.
   *
   * @param message does not quote what the other end sent
   */
  onViolation(message: string): void;
  /**
   * An INVOCATION exceeds the limits of decoding. Absent in a receiver for which this is a
   * violation as well.
   *
   * @param message does not quote what the other end sent
   */
  onTooComplex?(request: number, message: string): void;
  /**
   * Called when either end has closed the pipe. Called once, and no other method is called later.
   */
  onClose(): void;
}

/**
 * One end of a pipe for messages, in the same process or over a network. Delivery is in order. In
 * the same process it is synchronous: the reply to a message may arrive before `send` returns.
 */
export interface Peer {
  send(message: Message): SendOutcome;
  /** Sets the receiver. Earlier messages wait for it. */
  listen(receiver: PeerReceiver): void;
  close(cause: CloseCause): void;
  /**
   * Stops delivering messages until `release` was called once for each `hold`. Used if the sender
   * causes too much work. Absent in the same process.
   */
  hold?(): void;
  release?(): void;
  /** For senders of many messages. Absent in the same process, where no message waits. */
  readonly outlet?: Outlet;
}

/** Client libraries that need results in another form. */
export type ClientLibrary = 'autobahn-python';

/**
 * The key in INVOCATION.Details that tells a callee in this process the caller's library. A name
 * with an underscore is an attribute that WAMP does not define (WAMP, "Options & Details").
 */
export const CALLER_LIBRARY = '_caller_library';

/** The key in INVOCATION.Details that tells a callee in this process the caller's binary format. */
export const CALLER_FORMAT = '_caller_format';

/**
 * The key in INVOCATION.Details that tells a callee in this process what the realm knows of the
 * caller: the `meta` of the user, or of what the authenticator returned. No other callee gets it.
 */
export const CALLER_META = '_caller_meta';

/** What a router learns about a new connection. */
export interface ConnectionInfo {
  readonly transport: 'websocket' | 'rawsocket' | 'in-process';
  /**
   * True for a part of this process. It needs no authentication, and may learn the caller's
   * identity.
   */
  readonly trusted: boolean;
  /** Maximum milliseconds from accept to a complete HELLO; 0 for no limit. */
  readonly handshakeTimeout: number;
  /** Milliseconds of `handshakeTimeout` that the transport's handshake used. */
  readonly handshakeElapsed: number;
  /** Name of the serializer, such as `json`; absent in the same process. */
  readonly serializer?: string;
  /** The client's IP address; absent in the same process and over a Unix socket. */
  readonly remoteAddress?: string;
  /** The client's library, if its handshake names one that needs special treatment. */
  readonly library?: ClientLibrary;
  /**
   * Called when a session joins a realm, and when it leaves. Returns false if the connection must
   * be closed, because there are too many connections without a session.
   */
  readonly onJoined?: (isJoined: boolean) => boolean;
  /** Called when the client breaks the protocol. The connection closes then. */
  readonly onViolation?: () => void;
}

/** The facts about a connection from this process. */
export const IN_PROCESS: ConnectionInfo = {
  transport: 'in-process',
  trusted: true,
  handshakeTimeout: 0,
  handshakeElapsed: 0,
};

/** The control that a listener keeps over a connection after handing it to a router. */
export interface Attachment {
  /** Sends GOODBYE. Closes the connection when the client has echoed it, or after a short time. */
  dismiss(reason: string, message?: string): void;
}

/** Takes over the peer of a new connection. A router provides it, and a listener calls it. */
export type Attach = (peer: Peer, info: ConnectionInfo) => Attachment;

/** Two linked ends in this process, in the order (mine, theirs). Messages are not copied. */
export function localPeers(): readonly [Peer, Peer] {
  const link: Link = { open: true };
  const left = createEnd(link);
  const right = createEnd(link);
  return [
    { send: right.deliver, listen: left.listen, close: () => closeBoth(link, left, right) },
    { send: left.deliver, listen: right.listen, close: () => closeBoth(link, right, left) },
  ];
}

interface Link {
  open: boolean;
}

interface End {
  deliver(message: Message): SendOutcome;
  listen(receiver: PeerReceiver): void;
  closed(): void;
}

function createEnd(link: Link): End {
  let receiver: PeerReceiver | undefined;
  const waiting: Message[] = [];
  let closedBeforeListen = false;
  return {
    deliver(message) {
      if (!link.open) return 'closed';
      if (receiver === undefined) waiting.push(message);
      else receiver.onMessage(message);
      return 'sent';
    },
    listen(next) {
      // The list may grow during this loop. Messages that are sent during it keep their order.
      for (const message of waiting) next.onMessage(message);
      waiting.length = 0;
      receiver = next;
      if (closedBeforeListen) next.onClose();
    },
    closed() {
      if (receiver === undefined) closedBeforeListen = true;
      else receiver.onClose();
    },
  };
}

function closeBoth(link: Link, own: End, other: End): void {
  if (!link.open) return;
  link.open = false;
  own.closed();
  other.closed();
}
