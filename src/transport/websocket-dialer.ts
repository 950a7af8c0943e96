import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Peer } from '../wamp/peer.js';
import {
  type DialOptions,
  dialFailure,
  keepAlive,
  peerOptions,
  reasonOf,
  withDefaults,
} from './dial-options.js';
import { createWebSocketPeer, maskedMessages } from './websocket-peer.js';

/**
 * Opens a WebSocket to a WAMP router.
 *
 * @throws Error with a message of one sentence, which contains the URL without credentials
 */
export function dialWebSocket(url: string, options: DialOptions = {}): Promise<Peer> {
  const full = withDefaults(options);
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown): void => reject(dialFailure(url, why, cause));
    let ws: WebSocket;
    try {
      ws = new WebSocket(url, [full.serializer.subprotocol], {
        ...full.tls,
        perMessageDeflate: false,
        autoPong: false,
        handshakeTimeout: full.timeout,
        maxPayload: full.maxMessageSize,
      });
    } catch (error) {
      fail('not a WebSocket URL', error);
      return;
    }
    let socket: Socket | undefined;
    ws.once('upgrade', (response) => {
      socket = response.socket;
      response.socket.setNoDelay(true);
    });
    ws.once('unexpected-response', (request, response) => {
      fail(`the server answered HTTP ${response.statusCode}`);
      request.destroy();
    });
    ws.on('error', (error: NodeJS.ErrnoException) => fail(reasonOf(error), error));
    ws.once('open', () => {
      if (socket === undefined) return;
      const write = maskedMessages(ws, full.serializer.binary);
      const { peer, ping } = createWebSocketPeer(ws, socket, write, peerOptions(full, 'websocket'));
      keepAlive(socket, ping, full);
      resolve(peer);
    });
  });
}
