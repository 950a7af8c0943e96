import type { Duplex } from 'node:stream';
import { errorLocation, type Logger } from '../log.js';
import type { Turns } from '../turns.js';
import { LimitExceeded, ProtocolViolation } from '../wamp/decode.js';
import { MESSAGE, type Message, messageName } from '../wamp/messages.js';
import type { CloseCause, Peer, PeerReceiver, SendOutcome } from '../wamp/peer.js';
import { invocationRequestOf } from '../wamp/serializers/invocation-request.js';
import type { Frame, Serializer } from '../wamp/serializers/serializer.js';
import { Intake } from './intake.js';
import { isWithin, judgeRoom, type SendLimits } from './send-queue.js';
import { SendRoom } from './send-room.js';
import { MESSAGE_OVERHEAD, type SendQueue, type SendTotal } from './send-total.js';

/** The operations of a network transport that a peer needs. */
export interface FrameChannel {
  /** Whether a frame can still be written. */
  isOpen(): boolean;
  /** Bytes that were written and not yet passed to the operating system. */
  backlog(): number;
  /** Bytes of the largest frame that the other end accepts. */
  readonly maxFrameSize: number;
  /** Writes a frame. Calls `onGone` once, when the frame was sent or the connection is closed. */
  write(frame: Frame, onGone: () => void): void;
  /** Stops reading. Frames that were already read are still delivered. */
  pause(): void;
  /** Starts reading, or continues. */
  resume(): void;
  /** Closes the connection after all written frames were sent. This takes at most 1 s. */
  close(cause: CloseCause): void;
  /** Closes the connection immediately, and discards unsent data. */
  terminate(): void;
}

export interface FramedPeerOptions extends SendLimits {
  readonly serializer: Serializer;
  /** Maximum bytes of one outgoing frame. The maximum of the other end applies too. Default: none. */
  readonly maxFrameSize?: number;
  /** Shared by all connections. */
  readonly turns: Turns;
  /** Limit on unsent bytes. Shared by all connections. */
  readonly sendTotal: SendTotal;
  /** Limit on bytes of incomplete messages. Shared by all connections. */
  readonly receiveTotal: SendTotal;
  /** The number of closed connections whose messages still wait. Shared by all connections. */
  readonly closedPending: { count: number };
  /** Called once, when the connection is closed because the other end does not read. */
  readonly onTooSlow: () => void;
  /** Called when the other end sent a broken frame, or one that is too large. */
  readonly onBroken?: () => void;
  /** Called for each EVENT that exceeds the receiver's maximum size or cannot be encoded. */
  readonly onEventDropped: () => void;
  readonly log: Logger;
}

/** A peer, and the ping that checks whether its other end is alive. */
export interface NetworkPeer {
  readonly peer: Peer;
  /** Sends a ping of the transport. */
  ping(): void;
  /**
   * Tells whether the other end has joined a realm. Until then, its frames wait for a turn of the
   * event loop that has time left. Many clients may send HELLO at the same moment, and a HELLO
   * takes longer than a CALL.
   */
  setJoined(isJoined: boolean): void;
}

/** A peer, and the functions through which its transport feeds it. */
export interface FramedPeer {
  readonly peer: Peer;
  /** Takes a frame with one message. For text serializers the frame is UTF-8. */
  receive(frame: Buffer): void;
  /** Runs an action after all earlier frames are handled, for instance the pong to a ping. */
  inOrder(action: () => void): void;
  /** Reports a broken frame. @param message must not quote what the other end sent */
  violate(message: string): void;
  /** Counts the bytes read, of messages and of control frames. */
  haveRead(bytes: number): void;
  /**
   * True if no further message is handled, because the connection is closing or has violated the
   * protocol.
   */
  isDeaf(): boolean;
  /**
   * Subtracts read bytes that were not part of a message. A ping may come between the fragments of
   * a message (RFC 6455 section 5.4).
   */
  discount(bytes: number): void;
  /**
   * Called when the other end has stopped sending. It may still read.
   *
   * @param then called when all received messages are handled
   */
  finish(then: () => void): void;
  /** Writes a control frame. It keeps its order among the messages, and the same limits apply. */
  control(frame: Uint8Array, write: (onGone: () => void) => void): void;
  /** The transport calls this when the connection is closed. */
  end(): void;
  /** See {@link NetworkPeer}. */
  setJoined(isJoined: boolean): void;
}

/** The maximum number of closed connections whose received messages are still handled. */
const MAX_CLOSED_PENDING = 100;

/**
 * Frames of at least this many bytes are not corked, so that `backlog()` counts only what the other
 * end has not read.
 */
const LARGE_FRAME = 64 * 1024;

/** Smaller incomplete messages do not count. Node reads at most half of this at a time. */
const LARGE_PART = 128 * 1024;

/**
 * The maximum number of waiting pongs. No client needs more. The limit matters because a ping costs
 * its sender very little.
 */
const MAX_CONTROLS_WAITING = 1000;

/**
 * Creates the peer of a transport that carries one message in each frame. It encodes, decodes, and
 * limits how much may wait.
 *
 * @param stream the stream that the channel writes to. It is corked until the end of the event loop
 * iteration, so that many small messages leave in one system call. One tick is too short, because
 * each upstream response arrives in its own tick.
 */
export function createFramedPeer(
  channel: FrameChannel,
  stream: Duplex,
  options: FramedPeerOptions,
): FramedPeer {
  const { serializer, log } = options;
  const maxFrameSize = Math.min(channel.maxFrameSize, options.maxFrameSize ?? Number.POSITIVE_INFINITY);
  let receiver: PeerReceiver | undefined;
  let ended = false;
  let deaf = false;
  let corked = false;
  let queued = 0;
  let controlsQueued = 0;
  let isClosedPending = false;
  const sendQueue: SendQueue = {
    bytes: 0,
    waiting: () => channel.backlog() + queued * MESSAGE_OVERHEAD,
    cutOff,
  };
  options.sendTotal.open(sendQueue);
  const room = new SendRoom(sendQueue, options);
  let unfinished = 0;
  const part: SendQueue = {
    bytes: 0,
    waiting: () => unfinished,
    cutOff() {
      log.warn({}, 'a client was cut off because incomplete messages of all clients are too large');
      channel.terminate();
    },
  };
  const intake = new Intake(options.turns, { handle, pause: channel.pause, resume: channel.resume });

  function uncork(): void {
    corked = false;
    stream.uncork();
  }

  // All frames share this function, so that no frame needs a closure.
  function onGone(): void {
    if (--queued === 0) options.sendTotal.drained(sendQueue);
    room.drained();
  }

  function onControlGone(): void {
    controlsQueued--;
    onGone();
  }

  /**
   * Handles the messages that arrived before the close, for up to {@link MAX_CLOSED_PENDING}
   * connections.
   */
  function onClosed(): void {
    if (!intake.isServed || options.closedPending.count >= MAX_CLOSED_PENDING) {
      end();
      return;
    }
    isClosedPending = true;
    options.closedPending.count++;
    intake.whenDone(end);
  }

  function end(): void {
    if (ended) return;
    ended = true;
    if (isClosedPending) options.closedPending.count--;
    intake.clear();
    options.sendTotal.close(sendQueue);
    options.receiveTotal.close(part);
    receiver?.onClose();
    room.close();
  }

  function enqueue(): void {
    queued++;
    if (corked) return;
    corked = true;
    stream.cork();
    setImmediate(uncork);
  }

  function cutOff(): void {
    options.onTooSlow();
    // Sends no GOODBYE, because it would wait behind all the data that the other end does not read.
    channel.terminate();
  }

  function drop(message: Message): SendOutcome {
    if (message.type === MESSAGE.EVENT) {
      options.onEventDropped();
      return 'too_large';
    }
    // Does not log a WELCOME: the router sends a shorter one, and logs it if that is too large as
    // well.
    if (message.type === MESSAGE.WELCOME) return 'too_large';
    // Does not log a YIELD: the session logs it, with its procedure.
    if (message.type === MESSAGE.YIELD) return 'too_large';
    log.warn({ message: messageName(message.type) }, 'a message is larger than its receiver accepts');
    return 'too_large';
  }

  function send(message: Message): SendOutcome {
    if (ended || !channel.isOpen()) return 'closed';
    let frame: Frame;
    try {
      if (message.type === MESSAGE.EVENT && serializer.exceeds(message, maxFrameSize)) return drop(message);
      frame = serializer.encodeLong?.(message) ?? serializer.encode(message);
    } catch (error) {
      // Does not log an EVENT. Nobody waits for it, and one PUBLISH could cause a line per
      // subscriber.
      if (message.type === MESSAGE.EVENT) options.onEventDropped();
      else
        log.warn(
          { message: messageName(message.type), ...errorLocation(error) },
          'a message could not be encoded',
        );
      return 'unencodable';
    }
    if (!isWithin(frame, maxFrameSize)) return drop(message);
    switch (judgeRoom(message.type, frame, channel.backlog(), queued, options)) {
      case 'too_large':
        return drop(message);
      case 'too_slow':
        cutOff();
        return 'closed';
    }
    enqueue();
    channel.write(frame, onGone);
    if (frame.length >= LARGE_FRAME) uncork();
    options.sendTotal.grown(sendQueue);
    // grown() may have closed this connection.
    return channel.isOpen() ? 'sent' : 'closed';
  }

  function handle(frame: Buffer): void {
    if (ended || deaf) return;
    let message: Message;
    try {
      message = serializer.decode(frame);
    } catch (error) {
      if (error instanceof LimitExceeded && refuse(frame, error.message)) return;
      if (!(error instanceof ProtocolViolation))
        log.error(errorLocation(error), 'a frame could not be decoded');
      violate(error instanceof ProtocolViolation ? error.message : 'the frame cannot be decoded');
      return;
    }
    receiver?.onMessage(message);
  }

  /**
   * Returns false if the frame has no INVOCATION. A caller decides how much an INVOCATION contains.
   * If that ended the session of the callee, one caller could end the calls of all others.
   */
  function refuse(frame: Buffer, why: string): boolean {
    if (receiver?.onTooComplex === undefined) return false;
    const request = invocationRequestOf(frame, serializer.name);
    if (request === undefined) return false;
    receiver.onTooComplex(request, why);
    return true;
  }

  function close(cause: CloseCause): void {
    if (ended) return;
    channel.close(cause);
    end();
  }

  function violate(message: string): void {
    if (ended || deaf) return;
    deaf = true;
    receiver?.onViolation(message);
  }

  return {
    peer: {
      send,
      listen(next) {
        receiver = next;
        if (ended) next.onClose();
        else channel.resume();
      },
      close,
      hold() {
        // The connection is closed, so its expensive messages are dropped.
        if (isClosedPending) end();
        else intake.hold();
      },
      release: () => intake.release(),
      outlet: room,
    },
    receive(frame) {
      unfinished = 0;
      if (part.bytes > 0) options.receiveTotal.close(part);
      if (ended || deaf || receiver === undefined) return;
      intake.receive(frame);
    },
    violate: (message) => intake.inOrder(() => violate(message)),
    inOrder: (action) => intake.inOrder(action),
    haveRead(bytes) {
      intake.haveRead(bytes);
      unfinished += bytes;
      if (ended || deaf || unfinished < LARGE_PART) return;
      options.receiveTotal.open(part);
      options.receiveTotal.grown(part);
    },
    isDeaf: () => ended || deaf,
    discount(bytes) {
      unfinished -= bytes;
    },
    finish(then) {
      intake.whenDone(() => {
        end();
        then();
      });
    },
    control(frame, write) {
      if (ended || !channel.isOpen()) return;
      const verdict = judgeRoom(undefined, frame, channel.backlog(), queued, options);
      // A control frame must not be dropped. So the connection ends if a control frame does not
      // fit.
      if (verdict !== 'fits' || controlsQueued >= MAX_CONTROLS_WAITING) return cutOff();
      enqueue();
      controlsQueued++;
      write(onControlGone);
    },
    end: onClosed,
    setJoined: (isJoined) => intake.setPatient(!isJoined),
  };
}
