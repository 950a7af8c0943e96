import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { type Logger, placeOf } from '../log.js';
import { ProtocolViolation } from '../wamp/decode.js';
import { MESSAGE, type Message } from '../wamp/messages.js';
import type { CloseCause, Peer, PeerReceiver } from '../wamp/peer.js';
import type { Serializer } from '../wamp/serializer.js';

/** WebSocket close codes (RFC 6455 section 7.4.1) by our reasons to close; 1013 is IANA's "try again later". */
const CLOSE_CODES: Readonly<Record<CloseCause, number>> = {
  normal: 1000,
  going_away: 1001,
  protocol_violation: 1002,
  too_slow: 1013,
};

export interface WebSocketPeerOptions {
  readonly serializer: Serializer;
  /** Bytes that may wait for the other end to read; what is larger is refused, and who reads nothing is cut off. */
  readonly maxSendBuffer: number;
  /** Told when that happens, once. */
  readonly onTooSlow: () => void;
  readonly log: Logger;
}

/**
 * An open WebSocket as a peer: one message a frame (WAMP section "WebSocket Transport").
 *
 * @param socket the stream under the WebSocket; held back while messages are written, and let go once per turn of the
 * event loop, so that many small messages leave in one system call (a tick is too short for that: every upstream's
 * answer comes in a tick of its own)
 */
export function createWebSocketPeer(ws: WebSocket, socket: Duplex, options: WebSocketPeerOptions): Peer {
  const { serializer, maxSendBuffer, onTooSlow, log } = options;
  let receiver: PeerReceiver | undefined;
  let ended = false;
  let corked = false;

  function uncork(): void {
    corked = false;
    socket.uncork();
  }

  function end(): void {
    if (ended) return;
    ended = true;
    receiver?.onClose();
  }

  function onFrame(data: Buffer, isBinary: boolean): void {
    if (ended || receiver === undefined) return;
    if (isBinary !== serializer.binary) {
      receiver.onViolation(`${isBinary ? 'binary' : 'text'} frame on subprotocol ${serializer.subprotocol}`);
      return;
    }
    let message: Message;
    try {
      message = serializer.decode(isBinary ? data : data.toString('utf8'));
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) log.error(placeOf(error), 'a frame could not be decoded');
      receiver.onViolation(
        error instanceof ProtocolViolation ? error.message : 'the frame cannot be decoded',
      );
      return;
    }
    receiver.onMessage(message);
  }

  // Until somebody listens nothing is read, so nothing is lost.
  ws.pause();
  ws.on('message', (data, isBinary) => onFrame(data as Buffer, isBinary));
  ws.on('close', end);
  ws.on('error', (error: NodeJS.ErrnoException) => {
    // ws closes by itself after this: 1007 for bad UTF-8, 1009 for a frame that is too large, 1002 for a broken one.
    log.debug({ code: error.code ?? error.name }, 'a WebSocket failed');
  });

  return {
    send(message) {
      if (ended || ws.readyState !== ws.OPEN) return 'closed';
      let frame: string | Uint8Array;
      try {
        frame = serializer.encode(message);
      } catch (error) {
        log.warn({ message: message.type, ...placeOf(error) }, 'a message could not be encoded');
        return 'unencodable';
      }
      switch (judgeRoom(message, frame, ws.bufferedAmount, maxSendBuffer)) {
        case 'too_large':
          log.warn({ message: message.type }, 'a message is larger than what may wait for its receiver');
          return 'too_large';
        case 'too_slow':
          onTooSlow();
          // No close frame: it would wait behind all that the other end does not read.
          ws.terminate();
          return 'closed';
      }
      if (!corked) {
        corked = true;
        socket.cork();
        setImmediate(uncork);
      }
      ws.send(frame);
      return 'sent';
    },
    listen(next) {
      receiver = next;
      if (ended) next.onClose();
      else ws.resume();
    },
    close(cause) {
      if (ended) return;
      ws.close(CLOSE_CODES[cause]);
      end();
    },
  };
}

/** A frame up to this size is small: it may still join a full queue, so that an error can follow in an answer's place. */
const SMALL_FRAME = 64 * 1024;
/** How far small frames may take a queue beyond its limit. */
const SLACK = 1024 * 1024;

/**
 * Whether a frame may join what waits for a receiver. A large answer that does not fit costs its own call alone, for the
 * receiver may well be reading. An EVENT that does not fit ends the connection, as nobody would notice its loss, and so
 * do small frames that pile up.
 */
function judgeRoom(
  message: Message,
  frame: string | Uint8Array,
  waiting: number,
  limit: number,
): 'fits' | 'too_large' | 'too_slow' {
  // No character takes more than three bytes in UTF-8: most frames need not be measured.
  if (waiting + frame.length * 3 <= limit) return 'fits';
  const size = typeof frame === 'string' ? Buffer.byteLength(frame) : frame.length;
  if (waiting + size <= limit) return 'fits';
  if (size > limit) return 'too_large';
  if (message.type === MESSAGE.EVENT) return 'too_slow';
  if (size > SMALL_FRAME) return 'too_large';
  return waiting + size <= limit + SLACK ? 'fits' : 'too_slow';
}
