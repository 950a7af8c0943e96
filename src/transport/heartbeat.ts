import type { Socket } from 'node:net';
import type { Clock } from '../clock.js';
import { inTurns, type Turns } from '../turns.js';
import { cut } from './close-socket.js';

/** The intervals of pings, in milliseconds. */
export interface HeartbeatTimes {
  /** Time between the pings of a connection. 0 means no pings. `wamp.ping_interval` */
  readonly pingInterval: number;
  /** Time of silence after a ping until the connection is closed. `wamp.ping_timeout` */
  readonly pingTimeout: number;
}

/**
 * Finds dead connections. TCP alone may not notice them for hours. One timer serves all connections
 * of a listener.
 */
export interface Heartbeat {
  /**
   * @param ping sends a ping of the transport
   * @param onDead called before a silent connection is closed
   */
  watch(socket: Socket, ping: () => void, onDead?: () => void): void;
  /** Changes the intervals, also for the connections that are watched. */
  update(times: HeartbeatTimes): void;
  stop(): void;
}

interface Watched {
  readonly ping: () => void;
  readonly onDead: (() => void) | undefined;
  /** When the last ping was sent or the watch began, in monotonic milliseconds. */
  pingedAt: number;
  /**
   * The number of bytes read until the last ping. Undefined if the client has sent something since.
   */
  bytesReadAtPing: number | undefined;
}

/**
 * @param turns divides the pings of thousands of connections, and the closing of dead ones, over
 * several turns of the event loop
 */
export function createHeartbeat(clock: Clock, turns: Turns, first: HeartbeatTimes): Heartbeat {
  const watchedSockets = new Map<Socket, Watched>();
  let times = first;
  let stopped = false;
  let isChecking = false;
  let stopTimer = (): void => {};
  schedule(0);

  function periodOf({ pingInterval, pingTimeout }: HeartbeatTimes): number {
    return Math.min(pingInterval, pingTimeout);
  }

  /** @param elapsed milliseconds of the period that have passed */
  function schedule(elapsed: number): void {
    if (times.pingInterval === 0) return;
    stopTimer = clock.after(Math.max(periodOf(times) - elapsed, 0), checkAll);
  }

  function check(socket: Socket, watched: Watched): void {
    // Reads the clock for each connection, because the turns may take long.
    const now = clock.monotonic();
    const { pingInterval, pingTimeout } = times;
    // A timer may fire a little early. Without a tolerance, a ping would then wait one more period.
    const tolerance = periodOf(times) / 10;
    // Any received byte proves that the client is alive, because its pong may wait behind a large
    // message on a slow line. A paused socket delivers nothing, so its silence proves nothing.
    const { bytesReadAtPing } = watched;
    if (bytesReadAtPing !== undefined && socket.bytesRead === bytesReadAtPing && !socket.isPaused()) {
      if (now - watched.pingedAt < pingTimeout - tolerance) return;
      watched.onDead?.();
      cut(socket);
      return;
    }
    watched.bytesReadAtPing = undefined;
    if (now - watched.pingedAt < pingInterval - tolerance) return;
    watched.pingedAt = now;
    watched.bytesReadAtPing = socket.bytesRead;
    watched.ping();
  }

  function checkAll(): void {
    const startedAt = clock.monotonic();
    isChecking = true;
    const checkAgain = (): void => {
      isChecking = false;
      if (!stopped) schedule(clock.monotonic() - startedAt);
    };
    const checking = inTurns(turns, checks());
    if (checking === undefined) checkAgain();
    else void checking.then(checkAgain);
  }

  function* checks(): Generator<void> {
    for (const [socket, watched] of watchedSockets) {
      if (stopped) return;
      check(socket, watched);
      yield;
    }
  }

  return {
    watch(socket, ping, onDead) {
      const pingedAt = clock.monotonic();
      watchedSockets.set(socket, { ping, onDead, pingedAt, bytesReadAtPing: undefined });
      socket.on('close', () => watchedSockets.delete(socket));
    },
    update(changed) {
      times = changed;
      // The silence after a ping of the earlier interval proves nothing.
      for (const watched of watchedSockets.values()) watched.bytesReadAtPing = undefined;
      stopTimer();
      if (!isChecking) schedule(0);
    },
    stop() {
      stopped = true;
      stopTimer();
    },
  };
}
