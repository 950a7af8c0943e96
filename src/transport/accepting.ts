import type { Server, Socket } from 'node:net';
import type { Clock } from '../clock.js';

/** Connections of a server that are not upgraded yet, each with the time it has left. */
export interface Accepting {
  /** The connection got as far as it must: its timer is taken back. Returns the milliseconds it took. */
  release(socket: Socket): number;
  /** Cuts those that are not upgraded yet. */
  close(): void;
}

interface Entry {
  readonly socket: Socket;
  readonly since: number;
  readonly stopTimer: () => void;
}

/**
 * Cuts connections that do not get through their handshake in time, counted from TCP accept: silent ones, half an HTTP
 * request, a TLS handshake that does not end.
 *
 * @param timeout milliseconds; 0 for no limit
 */
export function guardAccepting(server: Server, timeout: number, clock: Clock): Accepting {
  // By the remote end's address, since with TLS the socket that is upgraded is another one than the socket accepted.
  const entries = new Map<string, Entry>();
  server.on('connection', (socket) => {
    const key = keyOf(socket);
    const stopTimer = timeout === 0 ? () => {} : clock.after(timeout, () => socket.destroy());
    const entry: Entry = { socket, since: clock.monotonic(), stopTimer };
    entries.set(key, entry);
    socket.on('close', () => {
      stopTimer();
      if (entries.get(key) === entry) entries.delete(key);
    });
  });
  return {
    release(socket) {
      const entry = entries.get(keyOf(socket));
      if (entry === undefined) return 0;
      entries.delete(keyOf(socket));
      entry.stopTimer();
      return clock.monotonic() - entry.since;
    },
    close() {
      for (const { socket } of entries.values()) socket.destroy();
    },
  };
}

const keyOf = (socket: Socket): string => `${socket.remoteAddress} ${socket.remotePort}`;
