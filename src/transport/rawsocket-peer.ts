import { isUtf8 } from 'node:buffer';
import type { Socket } from 'node:net';
import type { Clock } from '../clock.js';
import type { Frame } from '../wamp/serializers/serializer.js';
import { cut, hangUp } from './close-socket.js';
import { createFramedPeer, type FramedPeerOptions, type NetworkPeer } from './framed-peer.js';
import {
  createFrameReader,
  encodeFrame,
  FRAME_PREFIX,
  FRAME_TYPE,
  type FrameType,
  writePrefix,
} from './rawsocket-framing.js';
import { readInTurns } from './read-in-turns.js';
import { MAX_COPIED_BYTES } from './send-queue.js';
import { isLongFrame, writeLongFrame } from './write-frame.js';

/**
 * The payload is not empty, because autobahn|js answers an empty ping only when another frame
 * follows.
 */
const PING = Buffer.from('ping');

/** The maximum lengths that both ends announced in the handshake. */
export interface RawSocketLengths {
  /** Octets of the longest payload that the other end may send. */
  readonly maxReceive: number;
  /** Octets of the longest payload that the other end accepts. */
  readonly maxSend: number;
}

/**
 * Creates the peer of a TCP, TLS or Unix socket after the handshake. The next octet starts a frame.
 */
export function createRawSocketPeer(
  socket: Socket,
  options: FramedPeerOptions,
  { maxReceive, maxSend }: RawSocketLengths,
  clock: Clock,
): NetworkPeer {
  const { serializer, log } = options;

  const reader = createFrameReader(maxReceive, {
    onFrame(type, payload) {
      if (type !== FRAME_TYPE.message) framed.discount(FRAME_PREFIX + payload.length);
      if (type === FRAME_TYPE.ping) return framed.inOrder(() => pong(payload));
      // A pong needs no handling, because heartbeat.ts counts bytes.
      if (type === FRAME_TYPE.pong) return;
      if (!serializer.binary && !isUtf8(payload)) return framed.violate('the frame is not valid UTF-8');
      framed.receive(payload);
    },
    onViolation: (message) => framed.violate(message),
  });

  const framed = createFramedPeer(
    {
      isOpen: () => socket.writable,
      backlog: () => socket.writableLength,
      maxFrameSize: maxSend,
      write: (frame, onGone) => write(FRAME_TYPE.message, frame, onGone),
      pause: () => void socket.pause(),
      resume: () => void socket.resume(),
      close() {
        reader.stop();
        hangUp(socket, clock);
      },
      terminate() {
        reader.stop();
        cut(socket);
      },
    },
    socket,
    options,
  );

  function write(type: FrameType, payload: Frame, onGone?: () => void): void {
    if (isLongFrame(payload)) {
      const prefix = (target: Buffer) => writePrefix(target, type, payload.length);
      writeLongFrame(socket, payload, FRAME_PREFIX, prefix, onGone);
      return;
    }
    if (typeof payload === 'string' || payload.length <= MAX_COPIED_BYTES) {
      socket.write(encodeFrame(type, payload), onGone);
      return;
    }
    const prefix = Buffer.allocUnsafe(FRAME_PREFIX);
    writePrefix(prefix, type, payload.length);
    socket.write(prefix);
    socket.write(payload, onGone);
  }

  function pong(payload: Buffer): void {
    if (payload.length > maxSend) {
      framed.violate('the PONG to a RawSocket PING would be longer than the sender of the PING accepts');
      return;
    }
    framed.control(payload, (onGone) => write(FRAME_TYPE.pong, payload, onGone));
  }

  readInTurns(socket, options.turns, (chunk) => {
    reader.push(chunk);
    framed.haveRead(chunk.length);
  });
  // Reading starts at peer.listen(), so that no frame is lost.
  socket.pause();
  socket.on('end', () => {
    // WAMP does not use half-closed connections, and autobahn|js closes only its half.
    framed.finish(() => hangUp(socket, clock));
  });
  socket.on('close', () => framed.end());
  socket.on('error', (error: NodeJS.ErrnoException) => {
    log.debug({ code: error.code ?? error.name }, 'a RawSocket connection failed');
  });

  return {
    peer: framed.peer,
    ping: () => framed.control(PING, (onGone) => write(FRAME_TYPE.ping, PING, onGone)),
    setJoined: framed.setJoined,
  };
}
