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

/** Replies may nest deeper than what a router takes from clients: the gateway passes JSON of 1,000 levels. */
const REPLY_NESTING = 2048;
/** And may hold more: who asks a router for an answer wants it whole. */
const REPLY_VALUES = 10_000_000;

const MEGABYTE = 1024 * 1024;

/** @property pingInterval default 30 s @property pingTimeout default 60 s */
export interface DialOptions extends Partial<HeartbeatTimes> {
  /** For `wss:` and `rss:`: as in node:tls. Default: the system's certificate authorities, and the host must match. */
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;
  /** Milliseconds until the transport's handshake must be done. Default 10 s. */
  readonly timeout?: number;
  /** Default: JSON. */
  readonly serializer?: Serializer;
  /** Bytes of one incoming message. Default 16 MiB. */
  readonly maxMessageSize?: number;
  /** Bytes that may wait to be sent. Default 64 MiB. */
  readonly maxSendBuffer?: number;
  /** Messages that may wait to be sent. Default 100,000. */
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

/** What the peer of a dialled connection is made with. */
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
    onTooSlow: () => log.warn({ transport }, 'the router does not read what it is sent'),
    onEventDropped() {},
  };
}

/**
 * Pings a router that was dialled, as it pings its clients: a router whose machine is gone says nothing, and TCP may not
 * notice for hours.
 */
export function keepAlive(socket: Socket, ping: () => void, options: FullDialOptions): void {
  const heartbeat = createHeartbeat(options.clock, options);
  heartbeat.watch(socket, ping);
  socket.once('close', heartbeat.stop);
}

/** An error that names the URL without its credentials, and why in a sentence. */
export function dialFailure(url: string, why: string, cause?: unknown): Error {
  return new Error(`cannot connect to ${urlForShow(url)}: ${why}`, { cause });
}

/** A URL without what may be secret in it: credentials, query and fragment. */
export function urlForShow(url: string): string {
  // A path has no place for credentials.
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
      return 'there is no such socket';
    default:
      return error.code ?? error.message;
  }
}
