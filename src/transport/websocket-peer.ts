import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { CloseCause } from '../wamp/peer.js';
import type { Frame } from '../wamp/serializers/serializer.js';
import { createFramedPeer, type FramedPeerOptions, type NetworkPeer } from './framed-peer.js';
import { readWebSocketInTurns } from './read-in-turns.js';
import { MAX_COPIED_BYTES } from './send-queue.js';
import { encodeMessage, headerSize, messageHeader, writeHeader } from './websocket-framing.js';
import { isLongFrame, wholeFrame, writeLongFrame } from './write-frame.js';

/** WebSocket close codes (RFC 6455 section 7.4.1) by cause. 1013 is "try again later" (IANA). */
const CLOSE_CODES: Readonly<Record<CloseCause, number>> = {
  normal: 1000,
  going_away: 1001,
  protocol_violation: 1002,
  too_slow: 1013,
};

/** Octets before the payload of a client's ping or pong: 2, and the mask (RFC 6455 section 5.2). */
const CONTROL_HEADER = 6;

/**
 * Writes one message in a frame. Calls `onGone` once, when the frame was sent or the connection is
 * closed.
 */
export type WriteMessage = (frame: Frame, onGone: () => void) => void;

/** Writes as a client: masked (RFC 6455 §5.3). ws does this. */
export function maskedMessages(ws: WebSocket, isBinary: boolean): WriteMessage {
  return (frame, onGone) => ws.send(wholeFrame(frame), { binary: isBinary }, onGone);
}

/** Writes as a server: without a mask. @param socket the stream under the WebSocket */
export function plainMessages(socket: Duplex, isBinary: boolean): WriteMessage {
  return (frame, onGone) => {
    if (isLongFrame(frame)) {
      const { length } = frame;
      const write = (target: Buffer) => writeHeader(target, isBinary, length);
      writeLongFrame(socket, frame, headerSize(length), write, onGone);
      return;
    }
    if (typeof frame === 'string' || frame.length <= MAX_COPIED_BYTES) {
      socket.write(encodeMessage(isBinary, frame), onGone);
      return;
    }
    socket.write(messageHeader(isBinary, frame.length));
    socket.write(frame, onGone);
  };
}

/**
 * Creates the peer of an open WebSocket: one message per WebSocket message (WAMP section "WebSocket
 * Transport").
 *
 * @param ws created with `autoPong: false`, because this function answers pings
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
      // WebSocket clients do not announce a maximum size.
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
  // Reading starts at peer.listen(), so that no message is lost.
  ws.pause();
  ws.on('message', (data, isBinary) => {
    if (isBinary === serializer.binary) framed.receive(data as Buffer);
    else framed.violate(`${isBinary ? 'binary' : 'text'} frame on subprotocol ${serializer.subprotocol}`);
  });
  // Counts the bytes here, because ws does not report those of pongs and incomplete messages.
  readWebSocketInTurns(socket, options.turns, framed);
  // framed.control() limits the waiting pongs of a client that sends pings and does not read.
  ws.on('pong', discount);
  ws.on('ping', (payload) => {
    discount(payload);
    // The mask is undefined: ws masks frames if this is the client's end (RFC 6455 §5.3).
    framed.inOrder(() => framed.control(payload, (onGone) => ws.pong(payload, undefined, onGone)));
  });
  ws.on('close', framed.end);
  ws.on('error', (error: NodeJS.ErrnoException) => {
    // After an error, ws closes the connection: with 1007 for invalid UTF-8, 1009 for a message
    // that is too large, 1002 for a broken frame.
    log.debug({ code: error.code ?? error.name }, 'a WebSocket failed');
    if (error.code?.startsWith('WS_ERR_') === true) options.onBroken?.();
  });
  return {
    peer: framed.peer,
    ping() {
      if (ws.readyState === ws.OPEN) ws.ping();
    },
    setJoined: framed.setJoined,
  };
}
