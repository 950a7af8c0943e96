import type { Duplex } from 'node:stream';
import { type Logger, placeOf } from '../log.js';
import { ProtocolViolation } from '../wamp/decode.js';
import { MESSAGE, type Message, messageName } from '../wamp/messages.js';
import type { CloseCause, Peer, PeerReceiver, SendOutcome } from '../wamp/peer.js';
import type { Serializer } from '../wamp/serializer.js';
import { isWithin, judgeRoom, type SendLimits } from './send-queue.js';

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
  /** Begins to deliver frames. */
  resume(): void;
  /** Closes in good order, which may take a moment. */
  close(cause: CloseCause): void;
  /** Cuts the connection at once. */
  terminate(): void;
}

export interface FramedPeerOptions extends SendLimits {
  readonly serializer: Serializer;
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
  /** What came is no frame; the sentence holds nothing of it. */
  violate(sentence: string): void;
  /** Writes a frame of the transport's own, in order with the messages and within the same limits. */
  control(frame: Uint8Array, write: (onGone: () => void) => void): void;
  /** The connection is closed. */
  end(): void;
}

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

  function uncork(): void {
    corked = false;
    stream.uncork();
  }

  // One for all frames, so that counting them costs no closure each.
  function onGone(): void {
    queued--;
  }

  function onControlGone(): void {
    queued--;
    controlsQueued--;
  }

  function end(): void {
    if (ended) return;
    ended = true;
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
        log.warn({ message: messageName(message.type), ...placeOf(error) }, 'a message could not be encoded');
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
    return 'sent';
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
    },
    receive(frame) {
      if (ended || deaf || receiver === undefined) return;
      let message: Message;
      try {
        message = serializer.decode(frame);
      } catch (error) {
        if (!(error instanceof ProtocolViolation)) log.error(placeOf(error), 'a frame could not be decoded');
        return violate(error instanceof ProtocolViolation ? error.message : 'the frame cannot be decoded');
      }
      receiver.onMessage(message);
    },
    violate,
    control(frame, write) {
      if (ended || !channel.isOpen()) return;
      const verdict = judgeRoom(undefined, frame, channel.backlog(), queued, options);
      // It may not be left out, so that one which does not fit is the end as well.
      if (verdict !== 'fits' || controlsQueued >= MAX_CONTROLS_WAITING) return cutOff();
      enqueue();
      controlsQueued++;
      write(onControlGone);
    },
    end,
  };
}
