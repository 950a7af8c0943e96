import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isIPv6, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { type Clock, systemClock } from '../clock.js';
import { type Logger, silentLogger } from '../log.js';
import type { Attach, Attachment } from '../wamp/peer.js';
import type { Serializer } from '../wamp/serializer.js';
import { CLOSE_URI } from '../wamp/uris.js';
import { guardAccepting } from './accepting.js';
import { createHeartbeat } from './heartbeat.js';
import { createTlsServer, type ListenerTls, listen } from './listen.js';
import { judgePlainRequest, judgeUpgrade, refuseUpgrade } from './upgrade.js';
import { createWebSocketPeer } from './websocket-peer.js';

/** How long close() lets connections end by themselves, in milliseconds. */
const CLOSE_WAIT_MS = 1000;
const PING_INTERVAL_MS = 30_000;

export interface WebSocketListenerOptions {
  /** Address to listen on; a host name is looked up. */
  readonly host: string;
  /** 0 lets the system choose; the URL then tells. */
  readonly port: number;
  readonly path: string;
  /** Origins of browsers that may connect, exact, or `*`; undefined: pages of this machine alone. */
  readonly origins: readonly string[] | undefined;
  readonly tls?: ListenerTls | undefined;
  /** In no order: the client's order decides. */
  readonly serializers: readonly Serializer[];
  /** Gets every connection that made the WebSocket handshake. */
  readonly attach: Attach;
  /** Bytes of one message; a larger one ends the connection. `wamp.max_message_size` */
  readonly maxMessageSize: number;
  /** Bytes that may wait for a client to read; beyond them it is cut off. `wamp.max_send_buffer` */
  readonly maxSendBuffer: number;
  /** Milliseconds from TCP accept to a complete HELLO; 0 for no limit. `wamp.handshake_timeout` */
  readonly handshakeTimeout: number;
  /** Milliseconds between pings; default 30 s. A client that leaves two unanswered is cut off at the third. */
  readonly pingInterval?: number;
  readonly log?: Logger;
  readonly clock?: Clock;
}

export interface WebSocketListener {
  /** `ws://` or `wss://`, with the port that is listened on. */
  readonly url: string;
  counts(): { readonly connections: number; readonly slowConsumersCut: number };
  /** Takes no more connections, says GOODBYE on those there are, and resolves when all are closed, 1 s later at most. */
  close(): Promise<void>;
}

/** Listens for WAMP over WebSocket. @throws Error in one plain sentence, where it cannot listen or read its TLS files */
export async function startWebSocketListener(options: WebSocketListenerOptions): Promise<WebSocketListener> {
  const { host, path, tls, attach, handshakeTimeout } = options;
  const log = options.log ?? silentLogger;
  const clock = options.clock ?? systemClock;
  const sockets = new Map<Duplex, Attachment>();
  let slowConsumersCut = 0;
  let whenEmpty = (): void => {};

  // A constant first: the types of ws lag behind its option closeTimeout, which spares us a client that answers no close.
  const upgraderOptions = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: options.maxMessageSize,
    closeTimeout: CLOSE_WAIT_MS,
    handleProtocols(offered: Set<string>) {
      for (const name of offered) {
        if (options.serializers.some(({ subprotocol }) => subprotocol === name)) return name;
      }
      return false;
    },
  } as const;
  const upgrader = new WebSocketServer(upgraderOptions);
  const server: Server = tls === undefined ? createHttpServer(onRequest) : createTlsServer(tls, onRequest);
  const accepting = guardAccepting(server, handshakeTimeout, clock);

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    const { status, sentence } = judgePlainRequest(request, path);
    const headers = { 'content-type': 'text/plain; charset=utf-8', connection: 'close' };
    response.writeHead(
      status,
      status === 426 ? { ...headers, connection: 'upgrade, close', upgrade: 'websocket' } : headers,
    );
    response.end(`${sentence}\n`);
  }

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const verdict = judgeUpgrade(request, options);
    if ('status' in verdict) {
      log.info({ status: verdict.status }, 'a WebSocket handshake was turned away');
      refuseUpgrade(socket, verdict);
      return;
    }
    upgrader.handleUpgrade(request, socket, head, (ws) => {
      const handshakeElapsed = accepting.release(socket as Socket);
      (socket as Socket).setNoDelay(true);
      heartbeat.watch(ws);
      const peer = createWebSocketPeer(ws, socket, {
        serializer: verdict,
        maxSendBuffer: options.maxSendBuffer,
        log,
        onTooSlow() {
          slowConsumersCut++;
          log.warn({ transport: 'websocket' }, 'a client that does not read what it is sent was cut off');
        },
      });
      sockets.set(
        socket,
        attach(peer, { transport: 'websocket', trusted: false, handshakeTimeout, handshakeElapsed }),
      );
      ws.on('close', () => {
        sockets.delete(socket);
        if (sockets.size === 0) whenEmpty();
      });
    });
  }

  server.on('upgrade', onUpgrade);
  const port = await listen(server, host, options.port);
  server.on('error', (error) => log.error({ error: error.name }, 'a listener failed'));
  const heartbeat = createHeartbeat(clock, options.pingInterval ?? PING_INTERVAL_MS);

  return {
    url: `${tls === undefined ? 'ws' : 'wss'}://${isIPv6(host) ? `[${host}]` : host}:${port}${path}`,
    counts: () => ({ connections: sockets.size, slowConsumersCut }),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      accepting.close();
      for (const attachment of [...sockets.values()]) attachment.dismiss(CLOSE_URI.systemShutdown);
      await new Promise<void>((resolve) => {
        const stopTimer = clock.after(CLOSE_WAIT_MS, () => {
          for (const socket of sockets.keys()) socket.destroy();
        });
        whenEmpty = () => {
          stopTimer();
          resolve();
        };
        if (sockets.size === 0) whenEmpty();
      });
      heartbeat.stop();
      await closed;
    },
  };
}
