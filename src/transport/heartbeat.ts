import type { Socket } from 'node:net';
import type { Clock } from '../clock.js';
import { cut } from './close-socket.js';

/** When a listener pings and how long it waits; milliseconds. */
export interface HeartbeatTimes {
  /** Between the pings of a connection; 0 for none. `wamp.ping_interval` */
  readonly pingInterval: number;
  /** A connection from which nothing comes for so long after a ping is dead. `wamp.ping_timeout` */
  readonly pingTimeout: number;
}

/** Finds dead connections, which TCP alone may not notice for hours: one timer for all of a listener's. */
export interface Heartbeat {
  /** @param ping sends the transport's own kind of ping */
  watch(socket: Socket, ping: () => void): void;
  stop(): void;
}

interface Pulse {
  readonly ping: () => void;
  /** When the last ping was sent, or the connection came; monotonic. */
  pingedAt: number;
  /** What had been read by then, while an answer is awaited. */
  readThen: number | undefined;
}

export function createHeartbeat(clock: Clock, { pingInterval, pingTimeout }: HeartbeatTimes): Heartbeat {
  if (pingInterval === 0) return { watch() {}, stop() {} };
  const period = Math.min(pingInterval, pingTimeout);
  // A timer may fire a little early, and no ping is to wait for another round because of that.
  const early = period / 10;
  const pulses = new Map<Socket, Pulse>();
  let stopTimer = clock.after(period, beat);

  function feel(socket: Socket, pulse: Pulse, now: number): void {
    // Anything that comes is a sign of life: a pong may have to wait behind a large message on a slow line. And from one
    // that is not read nothing can come.
    if (pulse.readThen !== undefined && socket.bytesRead === pulse.readThen && !socket.isPaused()) {
      if (now - pulse.pingedAt >= pingTimeout - early) cut(socket);
      return;
    }
    pulse.readThen = undefined;
    if (now - pulse.pingedAt < pingInterval - early) return;
    pulse.pingedAt = now;
    pulse.readThen = socket.bytesRead;
    pulse.ping();
  }

  function beat(): void {
    const now = clock.monotonic();
    for (const [socket, pulse] of pulses) feel(socket, pulse, now);
    stopTimer = clock.after(period, beat);
  }

  return {
    watch(socket, ping) {
      pulses.set(socket, { ping, pingedAt: clock.monotonic(), readThen: undefined });
      socket.on('close', () => pulses.delete(socket));
    },
    stop: () => stopTimer(),
  };
}
