import type { Duplex } from 'node:stream';
import { errorLocation, type Logger } from '../log.js';
import type { Turns } from '../turns.js';
import { ProtocolViolation } from '../wamp/decode.js';
import { MESSAGE, type Message, messageName } from '../wamp/messages.js';
import type { CloseCause, Peer, PeerReceiver, SendOutcome } from '../wamp/peer.js';
import type { Serializer } from '../wamp/serializers/serializer.js';
import { Intake } from './intake.js';
import { isWithin, judgeRoom, type SendLimits } from './send-queue.js';
import { MESSAGE_OVERHEAD, type SendQueue, type SendTotal } from './send-total.js';

/** What a network transport does for a peer. */
export interface FrameChannel {
  /** Whether a frame can still be written. */
  isOpen(): boolean;
  /** Bytes that were written and have not left. */
  backlog(): number;
  /** Bytes of the largest frame that the other end takes. */
  readonly maxFrameSize: number;
  /** `onGone` is called once, when the frame has left or is lost. */
  write(frame: string | Uint8Array, onGone: () => void): void;
  /** Stops to deliver frames; what was read already still comes. */
  pause(): void;
  /** Begins to deliver frames, or goes on. */
  resume(): void;
  /** Closes in good order, which may take a moment. */
  close(cause: CloseCause): void;
  /** Cuts the connection at once. */
  terminate(): void;
}

export interface FramedPeerOptions extends SendLimits {
  readonly serializer: Serializer;
  /** Of all connections together. */
  readonly turns: Turns;
  readonly sendTotal: SendTotal;
  /** Of what came of messages whose rest has not. Of all connections together. */
  readonly receiveTotal: SendTotal;
  /** Connections that are closed, and whose last messages wait for their turn. Of all connections together. */
  readonly lastWords: { count: number };
  /** Told once, when the other end is cut off since it does not read. */
  readonly onTooSlow: () => void;
  /** Told of each EVENT that was left out, as the other end takes none of its size, or its format does not hold it. */
  readonly onEventDropped: () => void;
  readonly log: Logger;
}

/** A peer that can also find out whether its other end is alive. */
export interface NetworkPeer {
  readonly peer: Peer;
  /** Sends the transport's own kind of ping. */
  ping(): void;
}

/** A peer and the transport's side of it. */
export interface FramedPeer {
  readonly peer: Peer;
  /** A frame came that holds one message; in text serializers it is UTF-8. */
  receive(frame: Buffer): void;
  /** Answers what else came, a ping say, after the frames that came before it. */
  inOrder(action: () => void): void;
  /** What came is no frame; the sentence holds nothing of it. */
  violate(sentence: string): void;
  /** So many bytes have been read, whatever they held. */
  haveRead(bytes: number): void;
  /** So many of them were no part of a message: a ping may come between the pieces of one (RFC 6455 section 5.4). */
  discount(bytes: number): void;
  /** Nothing more will come, but what came may still be answered. @param then called when all of it is handled */
  finish(then: () => void): void;
  /** Writes a frame of the transport's own, in order with the messages and within the same limits. */
  control(frame: Uint8Array, write: (onGone: () => void) => void): void;
  /** The connection is closed. */
  end(): void;
}

/** Connections at a time whose last messages are handled when they are closed already. */
const MAX_LAST_WORDS = 100;

/** A frame from so many bytes on is not held back: what waits is to be what the other end does not read. */
const LARGE_FRAME = 64 * 1024;

/** Bytes of a message whose rest is missing, from which on they count: two reads of Node's. */
const LARGE_PART = 128 * 1024;

/** Answers to pings that may wait at a time. Nobody needs more, and they cost whoever pings next to nothing. */
const MAX_CONTROLS_WAITING = 1000;

/**
 * The peer of a transport that carries one message in each frame: encoding, decoding, and how much may wait.
 *
 * @param stream what the channel writes to; held back while messages are written, and let go once per turn of the event
 * loop, so that many small messages leave in one system call (a tick is too short for that: every upstream's answer
 * comes in a tick of its own)
 */
export function createFramedPeer(
  channel: FrameChannel,
  stream: Duplex,
  options: FramedPeerOptions,
): FramedPeer {
  const { serializer, log } = options;
  let receiver: PeerReceiver | undefined;
  let ended = false;
  let deaf = false;
  let corked = false;
  let queued = 0;
  let controlsQueued = 0;
  let isLast = false;
  const sendQueue: SendQueue = {
    bytes: 0,
    waiting: () => channel.backlog() + queued * MESSAGE_OVERHEAD,
    cutOff,
  };
  options.sendTotal.open(sendQueue);
  let unfinished = 0;
  const part: SendQueue = {
    bytes: 0,
    waiting: () => unfinished,
    cutOff() {
      log.warn({}, 'a client was cut off, since all have sent too much of messages whose rest is missing');
      channel.terminate();
    },
  };
  const intake = new Intake(options.turns, { handle, pause: channel.pause, resume: channel.resume });

  function uncork(): void {
    corked = false;
    stream.uncork();
  }

  // One for all frames, so that counting them costs no closure each.
  function onGone(): void {
    if (--queued === 0) options.sendTotal.drained(sendQueue);
  }

  function onControlGone(): void {
    controlsQueued--;
    onGone();
  }

  /** The connection is closed. What came in good order before still counts, from so many connections at a time. */
  function onClosed(): void {
    if (!intake.isServed || options.lastWords.count >= MAX_LAST_WORDS) {
      end();
      return;
    }
    isLast = true;
    options.lastWords.count++;
    intake.whenDone(end);
  }

  function end(): void {
    if (ended) return;
    ended = true;
    if (isLast) options.lastWords.count--;
    intake.clear();
    options.sendTotal.close(sendQueue);
    options.receiveTotal.close(part);
    receiver?.onClose();
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
    // No goodbye: it would wait behind all that the other end does not read.
    channel.terminate();
  }

  function drop(message: Message): SendOutcome {
    if (message.type === MESSAGE.EVENT) {
      options.onEventDropped();
      return 'too_large';
    }
    // The router has a shorter one then, and says itself where that is too long.
    if (message.type === MESSAGE.WELCOME) return 'too_large';
    log.warn({ message: messageName(message.type) }, 'a message is larger than what its receiver takes');
    return 'too_large';
  }

  function send(message: Message): SendOutcome {
    if (ended || !channel.isOpen()) return 'closed';
    let frame: string | Uint8Array;
    try {
      if (message.type === MESSAGE.EVENT && serializer.exceeds(message, channel.maxFrameSize))
        return drop(message);
      frame = serializer.encode(message);
    } catch (error) {
      // Nobody waits for it, and each publisher could write a line for each subscriber.
      if (message.type === MESSAGE.EVENT) options.onEventDropped();
      else
        log.warn(
          { message: messageName(message.type), ...errorLocation(error) },
          'a message could not be encoded',
        );
      return 'unencodable';
    }
    if (!isWithin(frame, channel.maxFrameSize)) return drop(message);
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
    // It may have been the end of this one.
    return channel.isOpen() ? 'sent' : 'closed';
  }

  function handle(frame: Buffer): void {
    if (ended || deaf) return;
    let message: Message;
    try {
      message = serializer.decode(frame);
    } catch (error) {
      if (!(error instanceof ProtocolViolation))
        log.error(errorLocation(error), 'a frame could not be decoded');
      violate(error instanceof ProtocolViolation ? error.message : 'the frame cannot be decoded');
      return;
    }
    receiver?.onMessage(message);
  }

  function close(cause: CloseCause): void {
    if (ended) return;
    channel.close(cause);
    end();
  }

  function violate(sentence: string): void {
    if (ended || deaf) return;
    deaf = true;
    receiver?.onViolation(sentence);
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
        // Nobody waits for the last words of one that gives much work.
        if (isLast) end();
        else intake.hold();
      },
      release: () => intake.release(),
    },
    receive(frame) {
      unfinished = 0;
      if (part.bytes > 0) options.receiveTotal.close(part);
      if (ended || deaf || receiver === undefined) return;
      intake.receive(frame);
    },
    violate: (sentence) => intake.inOrder(() => violate(sentence)),
    inOrder: (action) => intake.inOrder(action),
    haveRead(bytes) {
      intake.haveRead(bytes);
      unfinished += bytes;
      if (ended || deaf || unfinished < LARGE_PART) return;
      options.receiveTotal.open(part);
      options.receiveTotal.grown(part);
    },
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
      // It may not be left out, so that one which does not fit is the end as well.
      if (verdict !== 'fits' || controlsQueued >= MAX_CONTROLS_WAITING) return cutOff();
      enqueue();
      controlsQueued++;
      write(onControlGone);
    },
    end: onClosed,
  };
}
