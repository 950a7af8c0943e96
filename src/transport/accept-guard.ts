import type { Server, Socket } from 'node:net';
import type { Clock } from '../clock.js';
import { plainAddress, sourceOf } from '../ip-source.js';
import { createPlaces, type Place, type PlaceLimits } from './connection-limits.js';

/** What bounds the connections of a listener. */
export interface AcceptingLimits extends PlaceLimits {
  /** Milliseconds from TCP accept until the transport's handshake is done; 0 for no limit. */
  readonly handshakeTimeout: number;
}

/** How the connections of a listener come. */
export interface AcceptingContext {
  readonly isTls: boolean;
  /** Over a Unix socket, where nobody has an address. */
  readonly isUnix: boolean;
  readonly clock: Clock;
}

/** A connection that was accepted, and what is known of it. */
export interface Arrival {
  /** Set where the connection got no place: it is to be told so in the words of its transport, and hung up on. */
  readonly refusal: string | undefined;
  /** The IP address of its other end; undefined for a Unix socket. */
  readonly remoteAddress: string | undefined;
  /** The transport's handshake is done: its timer is taken back. Returns the milliseconds it took. */
  established(): number;
  /** Undefined where it got none. */
  readonly place: Place | undefined;
}

/** The connections of a listener from TCP accept on, so that those who have not joined are counted and bounded too. */
export interface Accepting {
  /** What is known of a connection; over TLS, of the one that a TLS socket stands on. Undefined where it is gone. */
  arrivalOf(socket: Socket): Arrival | undefined;
  /** It has joined a realm, or left it again. Returns whether the connection may stay, and join another. */
  joined(arrival: Arrival, isJoined: boolean): boolean;
  /** Connections that hold a place. */
  readonly size: number;
  /** Cuts those whose handshake is not done, and from now on every new one. */
  close(): void;
}

/** Connections without a place that may wait at a time to be told; others are cut without a word. */
const MAX_REFUSALS = 100;

/**
 * Gives each new connection a place, and cuts those that do not get through their handshake in time, counted from TCP
 * accept: silent ones, half an HTTP request or RawSocket handshake, a TLS handshake that does not end.
 */
export function guardAccepting(
  server: Server,
  limits: AcceptingLimits,
  { isTls, isUnix, clock }: AcceptingContext,
): Accepting {
  const { handshakeTimeout } = limits;
  const places = createPlaces(limits);
  const bySocket = new WeakMap<Socket, Arrival>();
  // With TLS the socket to speak with is another one than the socket accepted; both have the same two ends.
  const byEnds = new Map<string, Arrival>();
  const unestablished = new Set<Socket>();
  let refused = 0;
  let closed = false;

  function leave(place: Place | undefined): void {
    if (place === undefined) refused--;
    else places.giveBack(place);
  }

  server.on('connection', (socket: Socket) => {
    // A connection that fails is closed by that; those who speak over it listen for themselves.
    socket.on('error', ignoreError);
    const remoteAddress = socket.remoteAddress && plainAddress(socket.remoteAddress);
    // It was reset already. Without an address it would pass for a client on this machine.
    if (remoteAddress === undefined && !isUnix) {
      socket.destroy();
      return;
    }
    const source = remoteAddress && sourceOf(remoteAddress);
    const refusal = places.refusalFor(source);
    if (closed || (refusal !== undefined && refused >= MAX_REFUSALS)) {
      socket.destroy();
      return;
    }
    if (refusal !== undefined) refused++;
    const place = refusal === undefined ? places.take(source) : undefined;
    const since = clock.monotonic();
    // Taken back, it is forgotten: it would be kept as long as the connection.
    let stopTimer: (() => void) | undefined;
    if (handshakeTimeout !== 0) stopTimer = clock.after(handshakeTimeout, () => socket.destroy());
    unestablished.add(socket);
    const arrival: Arrival = {
      refusal,
      remoteAddress,
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

/** For the errors of connections that are dealt with otherwise. One for all of them. */
export function ignoreError(): void {}

/** Both: one client may connect from one address and port to several addresses of this machine (RFC 9293 section 3.3.1). */
function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string | undefined {
  if (remoteAddress === undefined || localAddress === undefined) return undefined;
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
