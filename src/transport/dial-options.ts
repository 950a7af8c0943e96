import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { type Clock, systemClock } from '../clock.js';
import { type Logger, silentLogger } from '../log.js';
import { createTurns } from '../turns.js';
import { createJsonSerializer } from '../wamp/serializers/json.js';
import type { Serializer } from '../wamp/serializers/serializer.js';
import type { FramedPeerOptions } from './framed-peer.js';
import { createHeartbeat, type HeartbeatTimes } from './heartbeat.js';
import { createSendTotal } from './send-total.js';

/**
 * This is more than a router accepts from clients, because the gateway passes on JSON with 1,000
 * levels.
 */
const REPLY_NESTING = 2048;
/** This is more than a router accepts from clients, because results may be large. */
const REPLY_VALUES = 10_000_000;

const MEGABYTE = 1024 * 1024;

/** @property pingInterval default 30 s @property pingTimeout default 60 s */
export interface DialOptions extends Partial<HeartbeatTimes> {
  /**
   * For `wss:` and `rss:`, as in node:tls. Default: the certificate must be valid for the host, and
   * a certificate authority of the system must have signed it.
   */
  readonly tls?: Pick<
    ConnectionOptions,
    'ca' | 'cert' | 'key' | 'secureContext' | 'servername' | 'rejectUnauthorized'
  >;
  /** Maximum milliseconds for the transport's handshake. Default 10 s. */
  readonly timeout?: number;
  /** Default: JSON. */
  readonly serializer?: Serializer;
  /** Maximum bytes of one incoming message. Default 16 MiB. */
  readonly maxMessageSize?: number;
  /** Maximum bytes of one outgoing message. Default: what the other end announces, if anything. */
  readonly maxFrameSize?: number;
  /** Maximum bytes that wait to be sent. Default 64 MiB. */
  readonly maxSendBuffer?: number;
  /** Maximum number of messages that wait to be sent. Default 100,000. */
  readonly maxSendQueue?: number;
  /**
   * Sent over RawSocket instead of its PING, which some routers do not know. Must make the router
   * send something. Default: PING.
   */
  readonly rawSocketPing?: () => void;
  /** Called before a silent connection is closed. */
  readonly onSilent?: () => void;
  /** Called before a WebSocket is closed because of a broken frame, or of one that is too large. */
  readonly onBroken?: () => void;
  /** Ends the attempt to connect. Has no effect on an open connection. */
  readonly signal?: AbortSignal;
  readonly log?: Logger;
  readonly clock?: Clock;
}

/** The options with their defaults. */
export interface FullDialOptions extends Required<Omit<DialOptions, Optional>>, Pick<DialOptions, Optional> {}
type Optional = 'rawSocketPing' | 'onSilent' | 'onBroken' | 'signal';

export function withDefaults(options: DialOptions): FullDialOptions {
  return {
    ...options,
    tls: options.tls ?? {},
    timeout: options.timeout ?? 10_000,
    serializer:
      options.serializer ?? createJsonSerializer({ maxNesting: REPLY_NESTING, maxValues: REPLY_VALUES }),
    maxMessageSize: options.maxMessageSize ?? 16 * MEGABYTE,
    maxFrameSize: options.maxFrameSize ?? Number.POSITIVE_INFINITY,
    maxSendBuffer: options.maxSendBuffer ?? 64 * MEGABYTE,
    maxSendQueue: options.maxSendQueue ?? 100_000,
    pingInterval: options.pingInterval ?? 30_000,
    pingTimeout: options.pingTimeout ?? 60_000,
    log: options.log ?? silentLogger,
    clock: options.clock ?? systemClock,
  };
}

/** The options for the peer of a dialled connection. */
export function peerOptions(
  { serializer, maxFrameSize, maxSendBuffer, maxSendQueue, onBroken, log, clock }: FullDialOptions,
  transport: string,
): FramedPeerOptions {
  return {
    serializer,
    maxFrameSize,
    maxSendBuffer,
    maxSendQueue,
    turns: createTurns(clock),
    sendTotal: createSendTotal(Number.POSITIVE_INFINITY),
    receiveTotal: createSendTotal(Number.POSITIVE_INFINITY),
    closedPending: { count: 0 },
    ...(onBroken !== undefined && { onBroken }),
    log,
    onTooSlow: () => log.warn({ transport }, 'the router was cut off because it does not read'),
    onEventDropped() {},
  };
}

/** Pings the router. If its machine fails, TCP alone may not notice for hours. */
export function keepAlive(socket: Socket, ping: () => void, options: FullDialOptions): void {
  const heartbeat = createHeartbeat(options.clock, createTurns(options.clock), options);
  heartbeat.watch(socket, ping, options.onSilent);
  socket.once('close', heartbeat.stop);
}

/**
 * The time for each address of a host name; they are tried one after the other. Node's default of
 * 250 ms fails after a single lost packet: TCP repeats a SYN after 1 s (RFC 6298 §2).
 */
const ADDRESS_MS = 2_000;

/** How the addresses of a host name are tried: at most half of the time for the first one. */
export function addressTimes({ timeout }: FullDialOptions): { autoSelectFamilyAttemptTimeout: number } {
  return { autoSelectFamilyAttemptTimeout: Math.max(10, Math.min(ADDRESS_MS, Math.floor(timeout / 2))) };
}

/**
 * A connection to a router could not be opened. The message has the reason, and the URL without its
 * credentials.
 */
export class DialError extends Error {
  override readonly name = 'DialError';
  constructor(
    message: string,
    /** The HTTP status with which the server refused the WebSocket. */
    readonly status: number | undefined,
    options: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** @param status the HTTP status, if the server sent one */
export function dialFailure(url: string, why: string, cause?: unknown, status?: number): DialError {
  return new DialError(`cannot connect to ${urlForShow(url)}: ${why}`, status, { cause });
}

/** Removes the parts of a URL that may be secret: credentials, query and fragment. */
export function urlForShow(url: string): string {
  // The path of a Unix socket has no credentials.
  if (/^(?:rs:\/\/)?unix:/.test(url)) return url;
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return 'the router';
  }
}

/** Why the system could not connect. */
export function reasonOf(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'nothing listens there';
    case 'ENOTFOUND':
      return 'the host name is unknown';
    case 'ENOENT':
      return 'the socket does not exist';
    default:
      return error.code ?? error.message;
  }
}
