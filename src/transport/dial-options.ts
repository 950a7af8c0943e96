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
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;
  /** Maximum milliseconds for the transport's handshake. Default 10 s. */
  readonly timeout?: number;
  /** Default: JSON. */
  readonly serializer?: Serializer;
  /** Maximum bytes of one incoming message. Default 16 MiB. */
  readonly maxMessageSize?: number;
  /** Maximum bytes that wait to be sent. Default 64 MiB. */
  readonly maxSendBuffer?: number;
  /** Maximum number of messages that wait to be sent. Default 100,000. */
  readonly maxSendQueue?: number;
  readonly log?: Logger;
  readonly clock?: Clock;
}

/** The options with their defaults. */
export interface FullDialOptions extends Required<Omit<DialOptions, 'tls'>> {
  readonly tls: NonNullable<DialOptions['tls']>;
}

export function withDefaults(options: DialOptions): FullDialOptions {
  return {
    tls: options.tls ?? {},
    timeout: options.timeout ?? 10_000,
    serializer:
      options.serializer ?? createJsonSerializer({ maxNesting: REPLY_NESTING, maxValues: REPLY_VALUES }),
    maxMessageSize: options.maxMessageSize ?? 16 * MEGABYTE,
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
  { serializer, maxSendBuffer, maxSendQueue, log, clock }: FullDialOptions,
  transport: string,
): FramedPeerOptions {
  return {
    serializer,
    maxSendBuffer,
    maxSendQueue,
    turns: createTurns(clock),
    sendTotal: createSendTotal(Number.POSITIVE_INFINITY),
    receiveTotal: createSendTotal(Number.POSITIVE_INFINITY),
    closedPending: { count: 0 },
    log,
    onTooSlow: () => log.warn({ transport }, 'the router was cut off because it does not read'),
    onEventDropped() {},
  };
}

/** Pings the router. If its machine fails, TCP alone may not notice for hours. */
export function keepAlive(socket: Socket, ping: () => void, options: FullDialOptions): void {
  const heartbeat = createHeartbeat(options.clock, createTurns(options.clock), options);
  heartbeat.watch(socket, ping);
  socket.once('close', heartbeat.stop);
}

/** Creates an error. Its message contains the reason, and the URL without credentials. */
export function dialFailure(url: string, why: string, cause?: unknown): Error {
  return new Error(`cannot connect to ${urlForShow(url)}: ${why}`, { cause });
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
