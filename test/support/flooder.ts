import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { createFrameReader } from '../../src/transport/rawsocket-framing.js';
import { RAWSOCKET_SERIALIZER } from '../../src/transport/rawsocket-handshake.js';
import { encodeMessage } from '../../src/transport/websocket-framing.js';
import { decodeMessage } from '../../src/wamp/decode.js';
import { MESSAGE, type Message } from '../../src/wamp/messages.js';
import type { Serializer } from '../../src/wamp/serializers/serializer.js';
import { connectOctets } from './octet-client.js';
import { ALL_ROLES } from './raw-client.js';
import { frameOf } from './raw-socket-client.js';
import { readTlsFixtures } from './tls-fixtures.js';

/** A client that has joined realm1 and sends as much as its socket accepts, in one write. */
export interface Flooder {
  /** @param messages in their list form */
  write(messages: Iterable<readonly unknown[]>): void;
  /** Messages received, without WELCOME. Nothing is counted while it does not read. */
  readonly received: number;
  /** The last of them. */
  readonly last: Message | undefined;
  /**
   * Resolves when this number has been received; rejects after 10 s or when the connection closes.
   */
  untilReceived(count: number): Promise<void>;
  readonly isClosed: boolean;
  stopReading(): void;
  readOn(): void;
  /** Ends the connection after everything that was written. */
  end(): void;
  close(): void;
}

const WAIT_MS = 10_000;

/** @param url `ws:`, `wss:`, `rs:`, `rss:` or `rs://unix:` */
export async function connectFlooder(url: string, serializer: Serializer): Promise<Flooder> {
  const counter = createCounter(serializer);
  const pipe = url.startsWith('ws')
    ? await overWebSocket(url, serializer, counter)
    : await overRawSocket(url, serializer, counter);
  pipe.write([encode(serializer, [MESSAGE.HELLO, 'realm1', { roles: ALL_ROLES }])]);
  await counter.until(1);
  return {
    ...pipe,
    write: (messages) => pipe.write([...messages].map((message) => encode(serializer, message))),
    get received() {
      return counter.count - 1;
    },
    get last() {
      return counter.last;
    },
    untilReceived: (count) => counter.until(count + 1),
    get isClosed() {
      return counter.isClosed;
    },
  };
}

const encode = (serializer: Serializer, message: readonly unknown[]): Buffer =>
  Buffer.from(serializer.encode(decodeMessage(message)) as string);

interface Pipe extends Pick<Flooder, 'stopReading' | 'readOn' | 'end' | 'close'> {
  write(frames: readonly Buffer[]): void;
}

type Counter = ReturnType<typeof createCounter>;

function createCounter(serializer: Serializer) {
  let count = 0;
  let frame: Buffer | undefined;
  let isClosed = false;
  let wake = (): void => {};
  return {
    add(next: Buffer) {
      count++;
      frame = next;
      wake();
    },
    close() {
      isClosed = true;
      wake();
    },
    get count() {
      return count;
    },
    get last() {
      return frame && serializer.decode(frame);
    },
    get isClosed() {
      return isClosed;
    },
    async until(wanted: number) {
      const deadline = Date.now() + WAIT_MS;
      while (count < wanted) {
        if (isClosed || Date.now() > deadline) throw new Error(`only ${count} of ${wanted} messages came`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, WAIT_MS);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    },
  };
}

async function overWebSocket(url: string, serializer: Serializer, counter: Counter): Promise<Pipe> {
  const { ca } = readTlsFixtures();
  const ws = new WebSocket(url, [serializer.subprotocol], { ca, perMessageDeflate: false });
  let socket: Socket | undefined;
  ws.once('upgrade', (response) => {
    socket = response.socket;
  });
  ws.on('message', (data) => counter.add(data as Buffer));
  ws.on('error', () => {});
  ws.on('close', () => counter.close());
  await new Promise((resolve, reject) => {
    ws.once('open', resolve);
    ws.once('error', reject);
  });
  return {
    write: (frames) =>
      void socket?.write(Buffer.concat(frames.map((frame) => masked(frame, serializer.binary)))),
    stopReading: () => ws.pause(),
    readOn: () => ws.resume(),
    end: () => ws.close(),
    close: () => ws.terminate(),
  };
}

/** A masked frame (RFC 6455 section 5.3), with a key of zeros that changes nothing. */
function masked(frame: Buffer, isBinary: boolean): Buffer {
  const plain = encodeMessage(isBinary, frame);
  const head = plain.length - frame.length;
  const withKey = Buffer.concat([plain.subarray(0, head), Buffer.alloc(4), frame]);
  withKey[1] = (withKey[1] ?? 0) | 0x80;
  return withKey;
}

async function overRawSocket(url: string, serializer: Serializer, counter: Counter): Promise<Pipe> {
  const octets = await connectOctets(url);
  const { socket } = octets;
  octets.write(Buffer.from([0x7f, 0xf0 + (RAWSOCKET_SERIALIZER[serializer.name] ?? 0), 0, 0]));
  await octets.read(4);
  const reader = createFrameReader(2 ** 24, {
    onFrame: (_, payload) => counter.add(payload),
    onViolation: () => counter.close(),
  });
  socket.removeAllListeners('data');
  socket.on('data', (chunk) => reader.push(chunk));
  socket.on('close', () => counter.close());
  return {
    write: (frames) => void socket.write(Buffer.concat(frames.map((frame) => frameOf(0, frame)))),
    stopReading: () => void socket.pause(),
    readOn: () => void socket.resume(),
    end: () => void socket.end(),
    close: () => void socket.destroy(),
  };
}
