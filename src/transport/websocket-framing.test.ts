import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { encodeMessage, messageHeader } from './websocket-framing.js';

let server: WebSocketServer;
let client: WebSocket;
let socket: Socket;
beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const connection = once(server, 'connection');
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  [, { socket }] = (await connection) as [unknown, { socket: Socket }];
});
afterAll(() => {
  client.terminate();
  server.close();
});

/** What a client reads of a frame that this end has written. */
async function read(frame: Buffer): Promise<{ readonly data: Buffer; readonly isBinary: boolean }> {
  const message = once(client, 'message');
  socket.write(frame);
  const [data, isBinary] = (await message) as [Buffer, boolean];
  return { data, isBinary };
}

// Around each place where the length takes more room (RFC 6455 §5.2).
it.each([0, 1, 125, 126, 127, 65_535, 65_536, 70_000])('a frame can have %i octets', async (length) => {
  const bytes = Buffer.alloc(length, 'ab');
  // `equals`, because comparing buffers with `toEqual` takes a second for each of these.
  for (const [isBinary, payload] of [
    [true, bytes],
    [false, bytes.toString()],
    [false, bytes],
  ] as const) {
    const message = await read(encodeMessage(isBinary, payload));
    expect([message.isBinary, message.data.equals(bytes)]).toEqual([isBinary, true]);
  }
  const frame = Buffer.concat([messageHeader(true, length), bytes]);
  expect(frame.equals(encodeMessage(true, bytes))).toBe(true);
});

it('the length of a frame counts octets, not characters', async () => {
  const text = '€😀'.repeat(30);
  const { data } = await read(encodeMessage(false, text));
  expect(data.toString()).toBe(text);
});
