import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { CloseCause } from '../wamp/peer.js';
import { createFramedPeer, type FramedPeerOptions, type NetworkPeer } from './framed-peer.js';
import { COPIED } from './send-queue.js';
import { encodeMessage, messageHeader } from './websocket-framing.js';

/** WebSocket close codes (RFC 6455 section 7.4.1) by our reasons to close; 1013 is IANA's "try again later". */
const CLOSE_CODES: Readonly<Record<CloseCause, number>> = {
  normal: 1000,
  going_away: 1001,
  protocol_violation: 1002,
  too_slow: 1013,
};

/** Octets before the payload of a client's ping or pong: two, and the key (RFC 6455 section 5.2). */
const CONTROL_HEADER = 6;

/** Writes one message in a frame; `onGone` is called once, when it has left or is lost. */
export type WriteMessage = (frame: string | Uint8Array, onGone: () => void) => void;

/** As a client writes: masked (RFC 6455 §5.3), which is for ws to do. */
export function maskedMessages(ws: WebSocket, isBinary: boolean): WriteMessage {
  return (frame, onGone) => ws.send(frame, { binary: isBinary }, onGone);
}

/** As a server writes. @param socket the stream under the WebSocket */
export function plainMessages(socket: Duplex, isBinary: boolean): WriteMessage {
  return (frame, onGone) => {
    if (typeof frame === 'string' || frame.length <= COPIED) {
      socket.write(encodeMessage(isBinary, frame), onGone);
      return;
    }
    socket.write(messageHeader(isBinary, frame.length));
    socket.write(frame, onGone);
  };
}

/**
 * An open WebSocket as a peer: one message a frame (WAMP section "WebSocket Transport").
 *
 * @param ws made with `autoPong: false`, since this answers pings
 * @param socket the stream under the WebSocket
 */
export function createWebSocketPeer(
  ws: WebSocket,
  socket: Duplex,
  write: WriteMessage,
  options: FramedPeerOptions,
): NetworkPeer {
  const { serializer, log } = options;
  const framed = createFramedPeer(
    {
      isOpen: () => ws.readyState === ws.OPEN,
      backlog: () => ws.bufferedAmount,
      // A WebSocket's other end does not say.
      maxFrameSize: Number.POSITIVE_INFINITY,
      write,
      pause: () => ws.pause(),
      resume: () => ws.resume(),
      close: (cause) => ws.close(CLOSE_CODES[cause]),
      terminate: () => ws.terminate(),
    },
    socket,
    options,
  );
  const discount = (payload: Buffer): void => framed.discount(CONTROL_HEADER + payload.length);
  // Until somebody listens nothing is read, so nothing is lost.
  ws.pause();
  ws.on('message', (data, isBinary) => {
    if (isBinary === serializer.binary) framed.receive(data as Buffer);
    else framed.violate(`${isBinary ? 'binary' : 'text'} frame on subprotocol ${serializer.subprotocol}`);
  });
  // ws reads first. Pongs and half messages come to nobody else.
  socket.on('data', (chunk: Buffer) => framed.haveRead(chunk.length));
  // Not ws itself, so that pongs count in what may wait for a client that pings and reads nothing.
  ws.on('pong', discount);
  ws.on('ping', (payload) => {
    discount(payload);
    // Without a mask of our choice: ws knows whether this is the client's end, where each frame has one (RFC 6455 §5.3).
    framed.inOrder(() => framed.control(payload, (onGone) => ws.pong(payload, undefined, onGone)));
  });
  ws.on('close', framed.end);
  ws.on('error', (error: NodeJS.ErrnoException) => {
    // ws closes by itself after this: 1007 for bad UTF-8, 1009 for a frame that is too large, 1002 for a broken one.
    log.debug({ code: error.code ?? error.name }, 'a WebSocket failed');
  });
  return {
    peer: framed.peer,
    ping() {
      if (ws.readyState === ws.OPEN) ws.ping();
    },
  };
}
