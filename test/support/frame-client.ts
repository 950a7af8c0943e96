import { WebSocket } from 'ws';
import { RAWSOCKET_SERIALIZER } from '../../src/transport/rawsocket-handshake.js';
import type { Serializer } from '../../src/wamp/serializers/serializer.js';
import { connectOctets } from './octet-client.js';
import { frameOf } from './raw-socket-client.js';

/** A client that sends any bytes as a frame, over either transport. */
export interface FrameClient {
  send(frame: Uint8Array): void;
  /** The next message's frame; undefined when the connection has closed. */
  next(): Promise<Buffer | undefined>;
  /** WebSocket's close code, once it has closed; undefined over RawSocket, which has none. */
  readonly closeCode: number | undefined;
  close(): void;
}

export const FRAME_CLIENTS = { websocket: overWebSocket, rawsocket: overRawSocket };

async function overWebSocket(url: string, serializer: Serializer): Promise<FrameClient> {
  const ws = new WebSocket(url, [serializer.subprotocol], { perMessageDeflate: false });
  const frames: Buffer[] = [];
  let wake = (): void => {};
  let closeCode: number | undefined;
  ws.on('message', (data) => {
    frames.push(data as Buffer);
    wake();
  });
  ws.on('error', () => {});
  ws.on('close', (code) => {
    closeCode = code;
    wake();
  });
  await new Promise((resolve, reject) => {
    ws.once('open', resolve);
    ws.once('error', reject);
  });
  return {
    send: (frame) => ws.send(frame, { binary: serializer.binary }),
    async next() {
      while (frames.length === 0 && closeCode === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return frames.shift();
    },
    get closeCode() {
      return closeCode;
    },
    close: () => ws.terminate(),
  };
}

async function overRawSocket(url: string, serializer: Serializer): Promise<FrameClient> {
  const octets = await connectOctets(url);
  octets.write(Buffer.from([0x7f, 0xf0 + (RAWSOCKET_SERIALIZER[serializer.name] ?? 0), 0, 0]));
  await octets.read(4);
  return {
    send: (frame) => octets.write(frameOf(0, frame)),
    async next() {
      try {
        return await octets.read((await octets.read(4)).readUInt32BE());
      } catch (error) {
        // The connection has closed. Any other error means that no frame came.
        if (octets.socket.readableEnded || octets.socket.destroyed) return undefined;
        throw error;
      }
    },
    closeCode: undefined,
    close: () => octets.close(),
  };
}
