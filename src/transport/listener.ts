import { createServer, type Socket } from 'node:net';
import { type Clock, systemClock } from '../clock.js';
import { type Logger, silentLogger } from '../log.js';
import { type Observer, silentObserver } from '../observe/observer.js';
import { createSummedLog, LINES_OF_STRANGERS } from '../summed-log.js';
import { createTurns, type Turns } from '../turns.js';
import type { Attach, Attachment } from '../wamp/peer.js';
import type { Serializer } from '../wamp/serializers/serializer.js';
import { CLOSE_URI, ERROR_URI } from '../wamp/uris.js';
import { type AcceptingLimits, type Arrival, guardAccepting, ignoreError } from './accept-guard.js';
import type { Accepted, Acceptor, AcceptorContext, AnswerRequest, RequestLimit } from './acceptor.js';
import { configuredUrls, type ListenerAddress, type ListenerProtocol } from './addresses.js';
import { CLOSE_WAIT_MS, cut, loseAtOnce } from './close-socket.js';
import { type ConnectionFiles, createConnectionFiles } from './connection-files.js';
import { type Door, type DoorAddress, openDoor } from './door.js';
import { createHeartbeat, type HeartbeatTimes } from './heartbeat.js';
import { boundJoinSize } from './join-size.js';
import { watchOpenFiles } from './open-files.js';
import { createRawSocketAcceptor } from './rawsocket-acceptor.js';
import { RAWSOCKET_MAGIC } from './rawsocket-handshake.js';
import { readOctets } from './read-octets.js';
import type { SendLimits } from './send-queue.js';
import { createSendTotal, type SendTotal } from './send-total.js';
import { createTlsServer, type ListenerTls, readCredentials, type ServerCredentials } from './tcp-server.js';
import { createWebSocketAcceptor } from './websocket-acceptor.js';

/** What may change while a listener is open. */
export interface ListenerSettings extends AcceptingLimits, HeartbeatTimes, SendLimits {
  /** Their order has no meaning. The client's order of preference decides. */
  readonly serializers: readonly Serializer[];
  /** Maximum bytes of one message. A larger message ends the connection. `wamp.max_message_size` */
  readonly maxMessageSize: number;
  /** Maximum bytes that a client may send before it has joined. `wamp.max_join_size` */
  readonly maxJoinSize: number;
}

export interface ListenerOptions extends ListenerAddress, ListenerSettings {
  /** For log lines. */
  readonly name?: string;
  /**
   * Web origins whose pages may connect: exact origins or `*`. If undefined, only this machine's.
   */
  readonly origins: readonly string[] | undefined;
  readonly tls?: ListenerTls | undefined;
  /** Called for each connection that has completed its transport's handshake. */
  readonly attach: Attach;
  /** Answers HTTP requests for other paths than `path`. Default: they get an error. */
  readonly answerRequest?: AnswerRequest | undefined;
  /** Whether WAMP clients may connect already. Until then they get 503. Default: always. */
  readonly isReady?: () => boolean;
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
   * Changes limits. They count for new connections; the intervals of pings count for all. Does nothing
   * if nothing has changed.
   */
  update(settings: ListenerSettings): void;
  /**
   * Uses other certificates for new handshakes. Nothing is closed.
   *
   * @param credentials for a listener that has TLS
   */
  renew(credentials: ServerCredentials): void;
  readonly door: Door;
  /**
   * Leaves the door to another listener, which serves it from now on. The connections of this
   * listener stay until {@link close}.
   */
  giveUpDoor(): void;
  /**
   * Stops accepting connections and sends GOODBYE to every client. Resolves when all connections
   * are closed. Resets the connections that are still open after {@link CLOSE_WAIT_MS}.
   */
  close(): Promise<void>;
}

/** Maximum milliseconds from the head of an HTTP request to the end of its response. */
const REQUEST_MS = 60_000;

/** A listener whose TLS files have been read. */
export interface PreparedListener {
  /** Where its door must be. */
  readonly address: DoorAddress;
  /** Undefined without TLS. */
  readonly credentials: ServerCredentials | undefined;
  /** Accepts the connections of a door from now on. */
  serve(door: Door): Listener;
}

/**
 * Listens for WAMP clients.
 *
 * @throws GatewayError `listen` or `listener_tls`; the message is one plain sentence
 */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const prepared = prepareListener(options);
  return prepared.serve(await openDoor(prepared.address));
}

/**
 * Reads the TLS files of a listener. After this, only its door can fail to open.
 *
 * @throws GatewayError `listener_tls`
 */
export function prepareListener(options: ListenerOptions): PreparedListener {
  const { host, port, socket, tls } = options;
  const credentials = tls && readCredentials(tls);
  return {
    address: { host, port, socket },
    credentials,
    serve: (door) => serveDoor(door, options, credentials),
  };
}

function serveDoor(
  door: Door,
  options: ListenerOptions,
  credentials: ServerCredentials | undefined,
): Listener {
  const { attach } = options;
  /** The present limits. The guard reads them here. */
  const settings = { ...options };
  const clock = options.clock ?? systemClock;
  // Clients cause all these log lines. Many clients may cause the same line.
  const log = createSummedLog({ log: options.log ?? silentLogger, clock, ...LINES_OF_STRANGERS });
  const attachments = new Map<Socket, Attachment>();
  /** Connections that carry one HTTP request each. */
  const serving = new Set<Socket>();
  const listener = options.name === undefined ? {} : { listener: options.name };
  const { observer = silentObserver, name = '' } = options;
  const turns = options.turns ?? createTurns(clock);
  const sendTotal = options.sendTotal ?? createSendTotal(Number.POSITIVE_INFINITY);
  const receiveTotal = options.receiveTotal ?? createSendTotal(Number.POSITIVE_INFINITY);
  const closedPending = { count: 0 };
  let slowConsumersCut = 0;
  let eventsDropped = 0;
  let whenEmpty = (): void => {};
  let hasDoor = true;

  const createContext = (): AcceptorContext => ({
    serializers: settings.serializers,
    maxMessageSize: settings.maxMessageSize,
    log,
    turns,
    peerOptions: (transport, serializer) => ({
      serializer,
      maxSendBuffer: settings.maxSendBuffer,
      maxSendQueue: settings.maxSendQueue,
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
    answerRequest: options.answerRequest,
    isReady: options.isReady ?? (() => true),
    accepted: admit,
    serves,
  });

  /** Takes a connection that carries one HTTP request. */
  function serves(socket: Socket, arrival: Arrival): RequestLimit {
    arrival.established();
    serving.add(socket);
    const startTimer = (ms: number) => clock.after(ms, () => socket.destroy());
    let stopTimer = startTimer(REQUEST_MS);
    socket.on('close', () => {
      stopTimer();
      serving.delete(socket);
    });
    return {
      extend(ms) {
        stopTimer();
        if (Number.isFinite(ms) && !socket.destroyed) stopTimer = startTimer(ms);
      },
    };
  }

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
      boundJoinSize(socket, settings.maxJoinSize, () => {
        attachments.get(socket)?.dismiss(ERROR_URI.protocolViolation, 'too many bytes before WELCOME');
      });
    let stopCounting: (() => void) | undefined = countJoinSize();
    const attachment = attach(network.peer, {
      transport,
      trusted: false,
      handshakeTimeout: settings.handshakeTimeout,
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
  const secure = credentials && createTlsServer(credentials, turns);
  // It does not listen itself. The door passes the connections on.
  const server = secure?.server ?? createServer();
  const accepting = guardAccepting(server, settings, {
    isTls: secure !== undefined,
    isUnix: options.socket !== undefined,
    clock,
    files,
    onNoFile: () => openFiles.keptFree(files.max),
    onRejected: (reason) => observer.connectionRejected(name, reason),
  });
  let acceptor = createAcceptor(options, createContext(), clock);
  server.on(secure === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
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
  server.on('connection', openFiles.accepted);
  const heartbeat = createHeartbeat(clock, turns, settings);
  const urls = configuredUrls({ ...options, port: door.port }, secure !== undefined);
  door.serve({
    onConnection: (socket) => server.emit('connection', socket),
    onError(error) {
      if (!openFiles.takes(error)) log.error({ error: error.code ?? error.name }, 'a listener failed');
    },
  });
  log.debug({ ...listener, urls: urls.join(' ') }, 'a listener is open');

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
    update(changed) {
      const isSame = Object.entries(changed).every(
        ([name, value]) => settings[name as keyof ListenerSettings] === value,
      );
      if (isSame) return;
      Object.assign(settings, changed);
      acceptor = createAcceptor(options, createContext(), clock);
      heartbeat.update(settings);
    },
    renew: (renewed) => secure?.renew(renewed),
    door,
    giveUpDoor() {
      hasDoor = false;
    },
    async close() {
      const closed = hasDoor ? door.close() : undefined;
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
      for (const socket of serving) socket.destroy();
      await closed;
      openFiles.stop();
      log.flush();
    },
  };
}

function createAcceptor(
  rules: Pick<ListenerOptions, 'protocol' | 'path' | 'origins'>,
  context: AcceptorContext,
  clock: Clock,
): Acceptor {
  switch (rules.protocol) {
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
