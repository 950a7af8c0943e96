import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import { WebSocket } from 'ws';
import { type Logger, silentLogger } from '../log.js';
import { createJsonSerializer } from '../wamp/json-serializer.js';
import type { Peer } from '../wamp/peer.js';
import type { Serializer } from '../wamp/serializer.js';
import { createWebSocketPeer } from './websocket-peer.js';

/** Replies may nest deeper than what a router takes from clients: the gateway passes JSON of 1,000 levels. */
const REPLY_NESTING = 2048;

export interface DialOptions {
  /** For `wss:`: as in node:tls. Default: the system's certificate authorities, and the host must match. */
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;
  /** Milliseconds until the WebSocket must be open. Default 10 s. */
  readonly timeout?: number;
  /** Default: JSON. */
  readonly serializer?: Serializer;
  /** Bytes of one incoming message. Default 16 MiB. */
  readonly maxMessageSize?: number;
  /** Bytes that may wait to be sent. Default 64 MiB. */
  readonly maxSendBuffer?: number;
  readonly log?: Logger;
}

/** Opens a WebSocket to a WAMP router. @throws Error in one plain sentence that names the URL without its credentials */
export function dialWebSocket(url: string, options: DialOptions = {}): Promise<Peer> {
  const log = options.log ?? silentLogger;
  const serializer = options.serializer ?? createJsonSerializer({ maxNesting: REPLY_NESTING });
  return new Promise((resolve, reject) => {
    const place = printable(url);
    const fail = (why: string, cause?: unknown): void =>
      reject(new Error(`cannot connect to ${place}: ${why}`, { cause }));
    let ws: WebSocket;
    try {
      ws = new WebSocket(url, [serializer.subprotocol], {
        ...options.tls,
        perMessageDeflate: false,
        handshakeTimeout: options.timeout ?? 10_000,
        maxPayload: options.maxMessageSize ?? 16 * 1024 * 1024,
      });
    } catch (error) {
      fail('not a WebSocket URL', error);
      return;
    }
    let stream: Duplex | undefined;
    ws.once('upgrade', (response) => {
      stream = response.socket;
      response.socket.setNoDelay(true);
    });
    ws.once('unexpected-response', (request, response) => {
      fail(`the server answered HTTP ${response.statusCode}`);
      request.destroy();
    });
    ws.on('error', (error: NodeJS.ErrnoException) => fail(reasonOf(error), error));
    ws.once('open', () => {
      if (stream === undefined) return;
      const onTooSlow = (): void =>
        log.warn({ transport: 'websocket' }, 'the router does not read what it is sent');
      const maxSendBuffer = options.maxSendBuffer ?? 64 * 1024 * 1024;
      resolve(createWebSocketPeer(ws, stream, { serializer, maxSendBuffer, onTooSlow, log }));
    });
  });
}

function printable(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return 'the router';
  }
}

function reasonOf(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'nothing listens there';
    case 'ENOTFOUND':
      return 'the host name is unknown';
    default:
      return error.code ?? error.message;
  }
}
