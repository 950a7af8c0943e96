import type { Socket } from 'node:net';
import { endsOf } from './socket-ends.js';

/** Lets a few connections proceed at a time. The others wait in order. */
export interface Lane {
  add(socket: Socket): void;
  /**
   * Gives the place of a connection to the next one. Ignores a connection that has no place.
   *
   * @param socket the connection's own socket, or a TLS socket on top of it
   */
  leave(socket: Socket): void;
}

/**
 * @param start called when a connection gets its place. The connection keeps the place until it
 * leaves or closes.
 */
export function createLane(places: number, start: (socket: Socket) => void): Lane {
  const running = new Set<string>();
  const waiting = new Map<string, Socket>();

  function fill(): void {
    for (const [ends, socket] of waiting) {
      if (running.size >= places) return;
      waiting.delete(ends);
      running.add(ends);
      start(socket);
    }
  }

  function remove(ends: string): void {
    waiting.delete(ends);
    if (running.delete(ends)) fill();
  }

  return {
    add(socket) {
      const ends = endsOf(socket);
      if (ends === undefined) {
        // The other end has already reset the connection.
        socket.destroy();
        return;
      }
      waiting.set(ends, socket);
      socket.once('close', () => remove(ends));
      fill();
    },
    leave(socket) {
      const ends = endsOf(socket);
      if (ends !== undefined) remove(ends);
    },
  };
}
