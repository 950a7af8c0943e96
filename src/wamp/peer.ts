import type { Message } from './messages.js';

/**
 * The result of {@link Peer.send}: the message was handed on; or it was not, because the pipe is
 * closed, because it cannot be encoded for this receiver, or because the receiver does not accept
 * its size. After the last two the pipe stays open, and the caller must inform those who wait for
 * the message.
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
  /** The pipe is closed, by either end. Called once, as the last method. */
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
   * Stops delivering messages until there was a `release` for each `hold`. The sender has to wait
   * if it causes too much work. Absent in the same process.
   */
  hold?(): void;
  release?(): void;
}

/** Client libraries that need results in another form. */
export type ClientLibrary = 'autobahn-python';

/**
 * The key in INVOCATION.Details that tells a callee in this process the caller's library. The
 * underscore marks attributes that WAMP does not define (WAMP, "Options & Details").
 */
export const CALLER_LIBRARY = '_caller_library';

/** The key in INVOCATION.Details that tells a callee in this process the caller's binary format. */
export const CALLER_FORMAT = '_caller_format';

/** The facts about a new connection that a router gets. */
export interface ConnectionInfo {
  readonly transport: 'websocket' | 'rawsocket' | 'in-process';
  /** A part of this process. It need not authenticate, and may learn the caller's identity. */
  readonly trusted: boolean;
  /** Maximum milliseconds from accept to a complete HELLO; 0 for no limit. */
  readonly handshakeTimeout: number;
  /** Milliseconds of them that the transport's handshake took. */
  readonly handshakeElapsed: number;
  /** Name of the serializer, such as `json`; absent in the same process. */
  readonly serializer?: string;
  /** The client's IP address; absent in the same process and over a Unix socket. */
  readonly remoteAddress?: string;
  /** The client's library, if its handshake names one that needs special treatment. */
  readonly library?: ClientLibrary;
  /**
   * Called when a session joins a realm, and when it leaves. Returns false if the connection has to
   * be closed: the maximum number of connections without a session is reached.
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
  /** Sends GOODBYE, and closes the connection after the echo or soon after. */
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
      // The list may grow during this loop: messages sent meanwhile keep their order.
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
