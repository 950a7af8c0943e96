import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { MESSAGE } from '../../src/wamp/messages.js';

/** A caller over WebSocket that reads only when the test says so. */
export interface DeafCaller {
  /** Sends a CALL that asks for progressive results. Its request ID is the number of the call. */
  call(procedure: string, kwargs?: object): void;
  /** Reads again, and keeps nothing. */
  read(): void;
  /** The bytes that it has read. */
  readonly bytesRead: number;
  close(): void;
}

/** Masks a short text message as a client must (RFC 6455 §5.3), with a mask of zeros. */
function frameOf(text: string): Buffer {
  const body = Buffer.from(text);
  const head =
    body.length < 126 ? [0x81, 0x80 | body.length] : [0x81, 0xfe, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), body]);
}

/** Joins a realm, and stops reading. */
export async function connectDeaf(url: string, realm = 'com.example.myrealm'): Promise<DeafCaller> {
  const { hostname, port, pathname } = new URL(url);
  const socket: Socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  const key = randomBytes(16).toString('base64');
  socket.write(
    `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: wamp.2.json\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const [head] = await once(socket, 'data');
  if (!String(head).includes(accept)) throw new Error('the gateway refuses the WebSocket');
  const roles = { caller: { features: { call_canceling: true, progressive_call_results: true } } };
  socket.write(frameOf(JSON.stringify([MESSAGE.HELLO, realm, { roles }])));
  await once(socket, 'data');
  socket.pause();
  let calls = 0;
  return {
    call(procedure, kwargs = {}) {
      calls++;
      socket.write(
        frameOf(JSON.stringify([MESSAGE.CALL, calls, { receive_progress: true }, procedure, [], kwargs])),
      );
    },
    read() {
      socket.on('data', () => {});
      socket.resume();
    },
    get bytesRead() {
      return socket.bytesRead;
    },
    close: () => void socket.destroy(),
  };
}
