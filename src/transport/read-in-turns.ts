import type { Socket } from 'node:net';
import type { Turns } from '../turns.js';

/** A chunk of this size can hold a thousand frames without payload, which take about a millisecond. */
const LARGE_CHUNK = 4 * 1024;

/**
 * Passes the data of a socket to a parser. A large chunk waits, unread, while the turn of the event
 * loop has no time left: many connections may be full of pongs, which are not messages and wait for nothing.
 */
export function readInTurns(socket: Socket, turns: Turns, parse: (chunk: Buffer) => void): void {
  socket.on('data', (chunk: Buffer) => {
    if (chunk.length < LARGE_CHUNK || turns.hasTime()) {
      parse(chunk);
      return;
    }
    socket.pause();
    socket.unshift(chunk);
    turns.add(() => {
      socket.resume();
      return true;
    });
  });
}
