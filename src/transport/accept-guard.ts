import type { Server, Socket } from 'node:net';
import type { Clock } from '../clock.js';
import { plainAddress, sourceOf } from '../ip-source.js';
import type { RejectReason } from '../observe/observer.js';
import type { ConnectionFiles } from './connection-files.js';
import { createPlaces, type Place, type PlaceLimits, type PlaceRefusal } from './connection-limits.js';
import { endsOf } from './socket-ends.js';

/**
 * The limits on connections that have not joined a realm, and on all connections. They are read when
 * they are needed.
 */
export interface AcceptingLimits extends PlaceLimits {
  /** Milliseconds from TCP accept until the transport's handshake is complete; 0 for no limit. */
  readonly handshakeTimeout: number;
}

/** How clients connect to the listener. */
export interface AcceptingContext {
  readonly isTls: boolean;
  /** Whether the listener is a Unix socket. Its clients have no address. */
  readonly isUnix: boolean;
  readonly clock: Clock;
  /** The open files that all listeners share. */
  readonly files: ConnectionFiles;
  /** Called when a connection is closed immediately because `files` has no file left. */
  readonly onNoFile: () => void;
  /** Called when a connection gets no place, or does not complete its handshake in time. */
  readonly onRejected: (reason: RejectReason) => void;
}

/** An accepted connection. */
export interface Arrival {
  /**
   * Why the connection got no place; undefined if it got one. The acceptor reports it in the terms
   * of its transport, and closes the connection.
   */
  readonly refusal: PlaceRefusal | undefined;
  /** The client's IP address; undefined for a Unix socket. */
  readonly remoteAddress: string | undefined;
  /**
   * Called when the transport's handshake is complete. Stops the timer of the handshake.
   *
   * @returns milliseconds since TCP accept
   */
  established(): number;
  /** Reports that the handshake failed. Only the first report about a connection counts. */
  reject(reason: RejectReason): void;
  /** Undefined if the connection got none. */
  readonly place: Place | undefined;
}

/** Counts and limits connections from TCP accept on, before they join a realm. */
export interface Accepting {
  /**
   * Finds the accepted connection of a TCP socket, or of the TCP socket that a TLS socket wraps.
   * Returns undefined if the connection is closed.
   */
  arrivalOf(socket: Socket): Arrival | undefined;
  /**
   * Records that the connection has joined or left a realm.
   *
   * @returns false if the connection must be closed, because no place is left for a connection that
   * has not joined
   */
  joined(arrival: Arrival, isJoined: boolean): boolean;
  /** The number of connections that hold a place. */
  readonly size: number;
  /** Closes each connection whose handshake is not complete, and each new connection. */
  close(): void;
}

/**
 * How many connections without a place may receive a refusal at a time. Others are closed without a
 * refusal.
 */
const MAX_REFUSALS = 100;

/**
 * Gives each new connection a place. Closes connections that do not complete their handshake within
 * `handshakeTimeout` after TCP accept. This covers silent connections, incomplete HTTP requests,
 * and incomplete RawSocket and TLS handshakes.
 */
export function guardAccepting(
  server: Server,
  limits: AcceptingLimits,
  { isTls, isUnix, clock, files, onNoFile, onRejected }: AcceptingContext,
): Accepting {
  const places = createPlaces(limits);
  const bySocket = new WeakMap<Socket, Arrival>();
  // Over TLS, the listener gets a socket other than the accepted one. Both have the same addresses
  // and ports.
  const byEnds = new Map<string, Arrival>();
  const unestablished = new Set<Socket>();
  let refused = 0;
  let closed = false;

  function leave(place: Place | undefined): void {
    if (place === undefined) refused--;
    else places.giveBack(place);
  }

  server.on('connection', (socket: Socket) => {
    // Node closes a socket after an error. Peers handle the close event.
    socket.on('error', ignoreError);
    const remoteAddress = socket.remoteAddress && plainAddress(socket.remoteAddress);
    // A TCP socket has no address if the client has already reset the connection. Without this
    // check, such a connection would count as local.
    if (remoteAddress === undefined && !isUnix) {
      socket.destroy();
      return;
    }
    const source = remoteAddress && sourceOf(remoteAddress);
    const refusal = places.refusalFor(source);
    let isRejected = false;
    function reject(reason: RejectReason): void {
      if (isRejected) return;
      isRejected = true;
      onRejected(reason);
    }
    if (refusal !== undefined) reject(refusal.reason);
    if (closed || (refusal !== undefined && refused >= MAX_REFUSALS)) {
      socket.destroy();
      return;
    }
    if (!files.take()) {
      onNoFile();
      if (refusal === undefined) onRejected('full');
      socket.destroy();
      return;
    }
    if (refusal !== undefined) refused++;
    const place = refusal === undefined ? places.take(source) : undefined;
    const since = clock.monotonic();
    // Cleared after the stop. Otherwise the connection would keep the function in memory.
    let stopTimer: (() => void) | undefined;
    const { handshakeTimeout } = limits;
    if (handshakeTimeout !== 0) {
      stopTimer = clock.after(handshakeTimeout, () => {
        reject('handshake');
        socket.destroy();
      });
    }
    unestablished.add(socket);
    const arrival: Arrival = {
      refusal,
      remoteAddress,
      reject,
      established() {
        unestablished.delete(socket);
        stopTimer?.();
        stopTimer = undefined;
        return clock.monotonic() - since;
      },
      place,
    };
    bySocket.set(socket, arrival);
    const ends = isTls ? endsOf(socket) : undefined;
    if (ends !== undefined) byEnds.set(ends, arrival);
    socket.on('close', () => {
      arrival.established();
      files.give();
      leave(place);
      if (ends !== undefined && byEnds.get(ends) === arrival) byEnds.delete(ends);
    });
  });

  return {
    arrivalOf(socket) {
      return bySocket.get(socket) ?? byEnds.get(endsOf(socket) ?? '');
    },
    joined({ place }, isJoined) {
      return place === undefined || places.setJoined(place, isJoined);
    },
    get size() {
      return places.size;
    },
    close() {
      closed = true;
      for (const socket of unestablished) socket.destroy();
    },
  };
}

/** A listener for socket errors that the close event already covers. Shared to save memory. */
export function ignoreError(): void {}
