import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import { type Clock, withTimeout } from '../clock.js';
import type { Logger } from '../log.js';
import type { Observer } from '../observe/observer.js';
import type { AdminHandler } from './admin-handler.js';
import { sendParseError } from './answer.js';
import { type Connections, createConnections } from './connections.js';

/** Where the connections come from. It may outlive the listener. */
export interface AdminDoor {
  serve(user: {
    readonly onConnection: (socket: Socket) => void;
    readonly onError: (error: NodeJS.ErrnoException) => void;
  }): void;
  close(): Promise<void>;
}

export interface AdminListenerOptions {
  /** For log lines and metrics. */
  readonly name: string;
  readonly url: string;
  readonly door: AdminDoor;
  /**
   * Gets each TCP connection by the event `connection`. With TLS, it emits `secureConnection` after
   * the handshake. It does not listen itself.
   */
  readonly server: Server;
  readonly isTls: boolean;
  readonly handler: AdminHandler;
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer: Observer;
}

export interface AdminListener {
  readonly name: string;
  readonly url: string;
  readonly connections: number;
  /** Leaves the door to another listener, which serves it from now on. */
  giveUpDoor(): void;
  /** Accepts no connection from now on, and closes the others when their requests have ended. */
  close(): Promise<void>;
}

/** Maximum bytes of a request's head. */
const MAX_HEAD = 8 * 1024;
/** Milliseconds that running requests have to end when the listener closes. */
const CLOSE_MS = 1_000;

/** Serves operators at a door from now on. */
export function serveAdminDoor(options: AdminListenerOptions): AdminListener {
  const { name, url, door, server, isTls, handler, clock, log, observer } = options;
  const connections = createConnections(clock);
  const http = createParser(handler, connections);
  let hasDoor = true;
  /** Over TLS, requests have a socket other than the accepted one. Both have the same ends. */
  const accepted = new Map<string, Socket>();

  server.on('connection', (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    if (!connections.admit(socket)) {
      observer.connectionRejected(name, 'full');
      return;
    }
    observer.connectionOpened(name);
    const ends = isTls ? endsOf(socket) : '';
    if (isTls) accepted.set(ends, socket);
    socket.once('close', () => {
      observer.connectionClosed(name);
      if (accepted.get(ends) === socket) accepted.delete(ends);
    });
    if (!isTls) http.emit('connection', socket);
  });
  server.on('secureConnection', (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    const below = accepted.get(endsOf(socket));
    if (below === undefined || below.destroyed) {
      socket.destroy();
      return;
    }
    connections.carries(below, socket);
    http.emit('connection', socket);
  });
  door.serve({
    onConnection: (socket) => server.emit('connection', socket),
    onError(error) {
      log.error({ listener: name, error: error.code ?? error.name }, 'a listener failed');
    },
  });
  log.debug({ listener: name, urls: url }, 'a listener is open');

  return {
    name,
    url,
    get connections() {
      return connections.size;
    },
    giveUpDoor() {
      hasDoor = false;
    },
    async close() {
      const closed = hasDoor ? door.close() : undefined;
      await withTimeout(clock, CLOSE_MS, connections.drain(), () => connections.closeAll());
      await closed;
    },
  };
}

/** Parses the requests of accepted connections. It does not listen itself. */
function createParser(handler: AdminHandler, connections: Connections): Server {
  const http = createHttpServer(
    // The connections have limits of their own, because Node's begin only with `listen`.
    { maxHeaderSize: MAX_HEAD, requireHostHeader: false, keepAliveTimeout: 0, noDelay: true },
    (request: IncomingMessage, response: ServerResponse) => {
      const { socket } = request;
      connections.began(socket);
      response.once('close', () => connections.ended(socket));
      handler.handle(request, response, { extend: (ms) => connections.extend(socket, ms) });
    },
  );
  http.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable) socket.destroy();
    // A response that has begun cannot become another one.
    else if (connections.isBusy(socket)) socket.destroySoon();
    else if (error.code === 'HPE_HEADER_OVERFLOW')
      sendParseError(socket, 431, 'The head of the request is larger than 8 KB.');
    else sendParseError(socket, 400, 'This is not an HTTP/1.1 request.');
  });
  return http;
}

function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
