import type { Socket } from 'node:net';
import { type Clock, systemClock } from '../clock.js';
import { type Logger, silentLogger } from '../log.js';
import { type Observer, silentObserver } from '../observe/observer.js';
import { createSummedLog, LINES_OF_STRANGERS } from '../summed-log.js';
import { createTurns, type Turns } from '../turns.js';
import type { Attach, Attachment } from '../wamp/peer.js';
import type { Serializer } from '../wamp/serializers/serializer.js';
import { CLOSE_URI, ERROR_URI } from '../wamp/uris.js';
import { type AcceptingLimits, type Arrival, guardAccepting, ignoreError } from './accept-guard.js';
import type { Accepted, Acceptor, AcceptorContext } from './acceptor.js';
import { configuredUrls, type ListenerAddress, type ListenerProtocol } from './addresses.js';
import { CLOSE_WAIT_MS, cut, loseAtOnce } from './close-socket.js';
import { type ConnectionFiles, createConnectionFiles } from './connection-files.js';
import { createHeartbeat, type HeartbeatTimes } from './heartbeat.js';
import { boundJoinSize } from './join-size.js';
import { watchOpenFiles } from './open-files.js';
import { createRawSocketAcceptor } from './rawsocket-acceptor.js';
import { RAWSOCKET_MAGIC } from './rawsocket-handshake.js';
import { readOctets } from './read-octets.js';
import type { SendLimits } from './send-queue.js';
import { createSendTotal, type SendTotal } from './send-total.js';
import { createConnectionServer, type ListenerTls, listenOnPort } from './tcp-server.js';
import { listenOnSocket } from './unix-socket.js';
import { createWebSocketAcceptor } from './websocket-acceptor.js';

export interface ListenerOptions extends ListenerAddress, AcceptingLimits, HeartbeatTimes, SendLimits {
  /** For log lines. */
  readonly name?: string;
  /**
   * Web origins whose pages may connect: exact origins or `*`. If undefined, only this machine's.
   */
  readonly origins: readonly string[] | undefined;
  readonly tls?: ListenerTls | undefined;
  /** Their order has no meaning. The client's order of preference decides. */
  readonly serializers: readonly Serializer[];
  /** Called for each connection that has completed its transport's handshake. */
  readonly attach: Attach;
  /** Maximum bytes of one message. A larger message ends the connection. `wamp.max_message_size` */
  readonly maxMessageSize: number;
  /** Maximum bytes that a client may send before it has joined. `wamp.max_join_size` */
  readonly maxJoinSize: number;
  /** Shared with every other part of the process that loads the event loop. Default: a new one. */
  readonly turns?: Turns;
  /** Open files for connections, shared with the other listeners. Default: no limit. */
  readonly files?: ConnectionFiles;
  /** Limit on unsent bytes, shared with the other listeners. Default: no limit. */
  readonly sendTotal?: SendTotal;
  /** Limit on bytes of incomplete messages, shared with the other listeners. Default: no limit. */
  readonly receiveTotal?: SendTotal;
  readonly log?: Logger;
  readonly clock?: Clock;
  /** Default: the silent one. */
  readonly observer?: Observer;
}

/** The counters of a listener. */
export interface ListenerCounts {
  /** Connections that are ready for WAMP, joined or not. */
  readonly connections: number;
  /** {@link connections}, and those whose transport's handshake is not complete. */
  readonly places: number;
  readonly slowConsumersCut: number;
  /** EVENTs that exceed the receiver's maximum size, or that its serializer cannot encode. */
  readonly eventsDropped: number;
}

export interface Listener {
  /** The name in the configuration. */
  readonly name: string;
  readonly protocol: ListenerProtocol;
  /** The URLs that clients connect to, with the actual port. */
  readonly urls: readonly string[];
  counts(): ListenerCounts;
  /**
   * Stops accepting connections and sends GOODBYE to every client. Resolves when all connections
   * are closed. Resets the connections that are still open after {@link CLOSE_WAIT_MS}.
   */
  close(): Promise<void>;
}

/**
 * Listens for WAMP clients.
 *
 * @throws Error if it cannot listen or read its TLS files; the message is one plain sentence
 */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const { tls, attach, handshakeTimeout } = options;
  const clock = options.clock ?? systemClock;
  // Clients cause all these log lines. Many clients may cause the same line.
  const log = createSummedLog({ log: options.log ?? silentLogger, clock, ...LINES_OF_STRANGERS });
  const attachments = new Map<Socket, Attachment>();
  const listener = options.name === undefined ? {} : { listener: options.name };
  const { observer = silentObserver, name = '' } = options;
  const turns = options.turns ?? createTurns(clock);
  const sendTotal = options.sendTotal ?? createSendTotal(Number.POSITIVE_INFINITY);
  const receiveTotal = options.receiveTotal ?? createSendTotal(Number.POSITIVE_INFINITY);
  const closedPending = { count: 0 };
  let slowConsumersCut = 0;
  let eventsDropped = 0;
  let whenEmpty = (): void => {};

  const context: AcceptorContext = {
    serializers: options.serializers,
    maxMessageSize: options.maxMessageSize,
    log,
    turns,
    peerOptions: (transport, serializer) => ({
      serializer,
      maxSendBuffer: options.maxSendBuffer,
      maxSendQueue: options.maxSendQueue,
      turns,
      sendTotal,
      receiveTotal,
      closedPending,
      log,
      onTooSlow() {
        slowConsumersCut++;
        observer.slowReaderClosed(name);
        log.warn({ transport, ...listener }, 'a client was cut off because it does not read');
      },
      onEventDropped() {
        eventsDropped++;
      },
    }),
    accepted: admit,
  };

  function onViolation(): void {
    observer.protocolViolated(name);
  }

  function admit(socket: Socket, arrival: Arrival, connection: Accepted): void {
    const { transport, serializer, library, network } = connection;
    const handshakeElapsed = arrival.established();
    observer.connectionOpened(name);
    heartbeat.watch(socket, network.ping);
    network.setJoined(false);
    // Must precede attach(), because the peer may close the connection immediately.
    socket.on('close', () => {
      attachments.delete(socket);
      observer.connectionClosed(name);
      if (attachments.size === 0) whenEmpty();
    });
    const { remoteAddress } = arrival;
    const countJoinSize = () =>
      boundJoinSize(socket, options.maxJoinSize, () => {
        attachments.get(socket)?.dismiss(ERROR_URI.protocolViolation, 'too many bytes before WELCOME');
      });
    let stopCounting: (() => void) | undefined = countJoinSize();
    const attachment = attach(network.peer, {
      transport,
      trusted: false,
      handshakeTimeout,
      handshakeElapsed,
      serializer: serializer.name,
      ...(remoteAddress === undefined ? {} : { remoteAddress }),
      ...(library === undefined ? {} : { library }),
      onJoined(isJoined) {
        network.setJoined(isJoined);
        stopCounting?.();
        stopCounting = isJoined ? undefined : countJoinSize();
        return accepting.joined(arrival, isJoined);
      },
      onViolation,
    });
    attachments.set(socket, attachment);
  }

  const files = options.files ?? createConnectionFiles(Number.POSITIVE_INFINITY, 0);
  const openFiles = watchOpenFiles({ log: options.log ?? silentLogger, clock });
  const server = createConnectionServer(tls, turns);
  const accepting = guardAccepting(server, options, {
    isTls: tls !== undefined,
    isUnix: options.socket !== undefined,
    clock,
    files,
    onNoFile: () => openFiles.keptFree(files.max),
    onRejected: (reason) => observer.connectionRejected(name, reason),
  });
  const acceptor = createAcceptor(options.protocol, options, context, clock);
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    const arrival = accepting.arrivalOf(socket);
    // The connection may have been closed since the end of its TLS handshake.
    if (arrival === undefined || socket.destroyed) {
      socket.destroy();
      return;
    }
    // accept-guard.ts listens on the accepted TCP socket, which a TLS socket wraps.
    socket.on('error', ignoreError);
    loseAtOnce(socket);
    acceptor.take(socket, arrival);
  });
  const port = await open();
  server.on('connection', openFiles.accepted);
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (!openFiles.takes(error)) log.error({ error: error.code ?? error.name }, 'a listener failed');
  });
  const heartbeat = createHeartbeat(clock, turns, options);
  const urls = configuredUrls({ ...options, port }, tls !== undefined);
  log.debug({ ...listener, urls: urls.join(' ') }, 'a listener is open');

  async function open(): Promise<number> {
    try {
      if (options.socket === undefined) return await listenOnPort(server, options.host, options.port);
      await listenOnSocket(server, options.socket);
      return options.port;
    } catch (error) {
      server.close();
      throw error;
    }
  }

  return {
    name,
    protocol: options.protocol,
    urls,
    counts: () => ({
      connections: attachments.size,
      places: accepting.size,
      slowConsumersCut,
      eventsDropped,
    }),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      accepting.close();
      for (const attachment of [...attachments.values()]) attachment.dismiss(CLOSE_URI.systemShutdown);
      await new Promise<void>((resolve) => {
        const stopTimer = clock.after(CLOSE_WAIT_MS, () => {
          for (const socket of attachments.keys()) cut(socket);
        });
        whenEmpty = () => {
          stopTimer();
          resolve();
        };
        if (attachments.size === 0) whenEmpty();
      });
      heartbeat.stop();
      await closed;
      openFiles.stop();
      log.flush();
    },
  };
}

function createAcceptor(
  protocol: ListenerProtocol,
  rules: Pick<ListenerOptions, 'path' | 'origins'>,
  context: AcceptorContext,
  clock: Clock,
): Acceptor {
  switch (protocol) {
    case 'websocket':
      return createWebSocketAcceptor(rules, context);
    case 'rawsocket':
      return createRawSocketAcceptor(context, clock);
    case 'universal':
      return createUniversalAcceptor(
        createWebSocketAcceptor(rules, context),
        createRawSocketAcceptor(context, clock),
      );
  }
}

/** Serves both transports on one port. No HTTP request begins with RawSocket's magic octet. */
function createUniversalAcceptor(webSocket: Acceptor, rawSocket: Acceptor): Acceptor {
  return {
    take(socket, arrival) {
      readOctets(socket, 1, (first) => {
        socket.unshift(first);
        (first[0] === RAWSOCKET_MAGIC ? rawSocket : webSocket).take(socket, arrival);
      });
    },
  };
}
