import type { Message } from './messages.js';

/**
 * What became of a message that was handed to {@link Peer.send}: handed on; not, because the pipe is closed; not,
 * because the message cannot be written for this receiver, or is larger than it takes. After the last two the pipe is
 * as good as before, and whoever waits for the message must be told.
 */
export type SendOutcome = 'sent' | 'closed' | 'unencodable' | 'too_large';

/** Why an end closes the pipe; a network transport has a code of its own for each. */
export type CloseCause = 'normal' | 'protocol_violation' | 'going_away' | 'too_slow';

/** Takes what comes out of a pipe. */
export interface PeerReceiver {
  onMessage(message: Message): void;
  /** The other end sent what is not a message; the sentence holds nothing of it. Nothing more is received after this. */
  onViolation(sentence: string): void;
  /** The pipe is closed, by either end. Called once, last. */
  onClose(): void;
}

/**
 * One end of a pipe that carries messages, in the same process or over a network. Delivery is in order, and in the same
 * process it is synchronous: a message may be answered before `send` returns.
 */
export interface Peer {
  send(message: Message): SendOutcome;
  /** Names the receiver. Messages that arrive earlier wait for it. */
  listen(receiver: PeerReceiver): void;
  close(cause: CloseCause): void;
  /**
   * Delivers nothing more until there was a `release` for each `hold`, so that an other end that gives more work than can be done has to wait with it.
   * Absent in the same process.
   */
  hold?(): void;
  release?(): void;
}

/** Libraries whose users want results in another form. */
export type ClientLibrary = 'autobahn-python';

/**
 * Where INVOCATION.Details tells a callee in this process of its caller's library. The underscore is for attributes that
 * WAMP does not define (WAMP, "Options & Details").
 */
export const CALLER_LIBRARY = '_caller_library';

/** Where INVOCATION.Details tells a callee in this process in which binary format its caller is written to. */
export const CALLER_FORMAT = '_caller_format';

/** What an acceptor is told of a new connection. */
export interface ConnectionInfo {
  readonly transport: 'websocket' | 'rawsocket' | 'in-process';
  /** Part of this process: sees the caller's identity where it asks for it, and never needs to authenticate. */
  readonly trusted: boolean;
  /** Milliseconds from the connection's first byte to a complete HELLO; 0 where there is no limit. */
  readonly handshakeTimeout: number;
  /** Milliseconds of it that the transport's own handshake took. */
  readonly handshakeElapsed: number;
  /** Short name of the serializer, such as `json`; absent in process, where nothing is written. */
  readonly serializer?: string;
  /** IP address that the connection comes from; absent in process and over a Unix socket. */
  readonly remoteAddress?: string;
  /** The client's library, where its handshake tells and it makes a difference; nothing else of what it says is kept. */
  readonly library?: ClientLibrary;
  /**
   * To be told when a session joins a realm over it, and when that session leaves. Returns false where the connection may
   * not stay after that, since there are as many already without a session as there may be.
   */
  readonly onJoined?: (isJoined: boolean) => boolean;
}

/** How a part of this process is announced to a router. */
export const IN_PROCESS: ConnectionInfo = {
  transport: 'in-process',
  trusted: true,
  handshakeTimeout: 0,
  handshakeElapsed: 0,
};

/** The acceptor's hold on a connection it was given: says GOODBYE, and closes when it is echoed or soon after. */
export interface Attachment {
  dismiss(reason: string, message?: string): void;
}

/** Takes over a new connection's peer: what a listener calls for each client, and a router provides. */
export type Attach = (peer: Peer, info: ConnectionInfo) => Attachment;

/** Two linked ends in this process, in the order (mine, theirs); messages pass by reference and are never copied. */
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
  let endedUnheard = false;
  return {
    deliver(message) {
      if (!link.open) return 'closed';
      if (receiver === undefined) waiting.push(message);
      else receiver.onMessage(message);
      return 'sent';
    },
    listen(next) {
      // A for-of over the list that still grows: what is sent while early messages are handled queues up behind them.
      for (const message of waiting) next.onMessage(message);
      waiting.length = 0;
      receiver = next;
      if (endedUnheard) next.onClose();
    },
    closed() {
      if (receiver === undefined) endedUnheard = true;
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
