import type { Socket } from 'node:net';
import type { Clock } from '../clock.js';

/** Maximum connections of one listener. */
export const MAX_CONNECTIONS = 100;
/** Milliseconds from accept to the head of the first request. */
const FIRST_REQUEST_MS = 10_000;
/** Milliseconds that a connection may wait for its next request. Prometheus sends one a minute. */
const IDLE_MS = 75_000;
/** Milliseconds from the head of a request to the end of its response. */
const REQUEST_MS = 60_000;

/** The connections of one listener. */
export interface Connections {
  /**
   * Takes an accepted connection. If there are too many, closes the one that has been idle for the
   * longest time. So a client that opens many connections cannot keep operators out.
   *
   * @returns false if all connections are busy. The new one is closed then.
   */
  admit(socket: Socket): boolean;
  /** A TLS socket carries the requests of an accepted connection. */
  carries(accepted: Socket, secure: Socket): void;
  /** A request has begun on a connection. */
  began(socket: Socket): void;
  /** Gives the running request of a connection `ms` milliseconds from now; `Infinity` for no limit. */
  extend(socket: Socket, ms: number): void;
  /** Its response has ended. */
  ended(socket: Socket): void;
  /** Tells whether a request runs on a connection. */
  isBusy(socket: Socket): boolean;
  /**
   * Closes each connection as soon as no request runs on it. Resolves when all are closed.
   */
  drain(): Promise<void>;
  closeAll(): void;
  readonly size: number;
}

interface Connection {
  requests: number;
  stopTimer: () => void;
}

export function createConnections(clock: Clock): Connections {
  /** In the order in which they became idle or busy. */
  const connections = new Map<Socket, Connection>();
  const acceptedBelow = new WeakMap<Socket, Socket>();
  let whenDrained: (() => void) | undefined;

  const acceptedOf = (socket: Socket): Socket => acceptedBelow.get(socket) ?? socket;

  /** Moves a connection to the end, and limits its new state. */
  function enter(socket: Socket, connection: Connection, limitMs: number): void {
    limit(socket, connection, limitMs);
    connections.delete(socket);
    connections.set(socket, connection);
  }

  function limit(socket: Socket, connection: Connection, ms: number): void {
    connection.stopTimer();
    connection.stopTimer = Number.isFinite(ms) ? clock.after(ms, () => socket.destroy()) : () => {};
  }

  function longestIdle(): Socket | undefined {
    for (const [socket, { requests }] of connections) if (requests === 0) return socket;
    return undefined;
  }

  function forget(socket: Socket): void {
    connections.get(socket)?.stopTimer();
    connections.delete(socket);
    if (connections.size === 0) whenDrained?.();
  }

  return {
    admit(socket) {
      if (connections.size >= MAX_CONNECTIONS) {
        const victim = longestIdle();
        (victim ?? socket).destroy();
        if (victim === undefined) return false;
        forget(victim);
      }
      enter(socket, { requests: 0, stopTimer: () => {} }, FIRST_REQUEST_MS);
      socket.once('close', () => forget(socket));
      return true;
    },
    carries(accepted, secure) {
      acceptedBelow.set(secure, accepted);
    },
    began(socket) {
      const accepted = acceptedOf(socket);
      const connection = connections.get(accepted);
      if (connection === undefined) return;
      connection.requests++;
      enter(accepted, connection, REQUEST_MS);
    },
    extend(socket, ms) {
      const accepted = acceptedOf(socket);
      const connection = connections.get(accepted);
      if (connection !== undefined && connection.requests > 0) limit(accepted, connection, ms);
    },
    ended(socket) {
      const accepted = acceptedOf(socket);
      const connection = connections.get(accepted);
      if (connection === undefined) return;
      connection.requests--;
      if (connection.requests > 0) return;
      if (whenDrained !== undefined) socket.destroySoon();
      else enter(accepted, connection, IDLE_MS);
    },
    isBusy: (socket) => (connections.get(acceptedOf(socket))?.requests ?? 0) > 0,
    drain() {
      const drained = new Promise<void>((resolve) => {
        whenDrained = resolve;
      });
      for (const [socket, { requests }] of connections) if (requests === 0) socket.destroy();
      if (connections.size === 0) whenDrained?.();
      return drained;
    },
    closeAll() {
      for (const socket of connections.keys()) {
        socket.destroy();
        forget(socket);
      }
    },
    get size() {
      return connections.size;
    },
  };
}
