import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Logger } from '../log.js';
import { ProtocolViolation } from '../wamp/decode.js';
import { placeOf } from '../wamp/error-place.js';
import type { Message } from '../wamp/messages.js';
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
  /** Bytes that may wait for the other end to read; beyond them the connection is cut. */
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
      if (!corked) {
        corked = true;
        socket.cork();
        setImmediate(uncork);
      }
      ws.send(frame);
      if (ws.bufferedAmount <= maxSendBuffer) return 'sent';
      onTooSlow();
      // No close frame: it would wait behind all that the other end does not read.
      ws.terminate();
      return 'closed';
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
