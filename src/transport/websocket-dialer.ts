import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Peer } from '../wamp/peer.js';
import {
  addressTimes,
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
    const fail = (why: string, cause?: unknown, status?: number): void =>
      reject(dialFailure(url, why, cause, status));
    let ws: WebSocket;
    try {
      ws = new WebSocket(url, [full.serializer.subprotocol], {
        ...full.tls,
        ...addressTimes(full),
        perMessageDeflate: false,
        autoPong: false,
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
      stopTimer();
      fail(`the server answered HTTP ${response.statusCode}`, undefined, response.statusCode);
      request.destroy();
    });
    // The limit of `ws` itself counts silence only: a server that sends a byte from time to time
    // could keep the handshake open for hours.
    const stopTimer = full.clock.after(full.timeout, () => {
      fail('the handshake timed out');
      ws.terminate();
    });
    ws.once('open', stopTimer);
    ws.once('error', stopTimer);
    const giveUp = (): void => ws.terminate();
    full.signal?.addEventListener('abort', giveUp, { once: true });
    if (full.signal?.aborted === true) giveUp();
    ws.on('error', (error: NodeJS.ErrnoException) => fail(reasonOf(error), error));
    ws.once('open', () => {
      full.signal?.removeEventListener('abort', giveUp);
      if (socket === undefined) return;
      const write = maskedMessages(ws, full.serializer.binary);
      const { peer, ping } = createWebSocketPeer(ws, socket, write, peerOptions(full, 'websocket'));
      keepAlive(socket, ping, full);
      resolve(peer);
    });
  });
}
