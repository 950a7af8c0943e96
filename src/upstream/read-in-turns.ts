import type { Duplex } from 'node:stream';
import type { Turns } from '../turns.js';

/** A piece of fewer bytes goes to the parser at once: even the worst costs less than a millisecond there. */
const SMALL_PIECE = 4 * 1024;

/** Reads one connection's bytes for its parser. */
export interface PacedReader {
  /**
   * True while a response is due or has begun. Only then may bytes wait. Between responses the
   * parser must get them before the next request is sent, or it takes them for the next response.
   */
  isUnderWay: boolean;
  /** Takes the place of the socket's `read`. Null also if the bytes must wait for a turn. */
  read(size?: number): Buffer | null;
}

/**
 * Hands a socket's bytes to its parser in turns of the event loop. A piece of 64 KB that holds
 * nothing but short header fields, or chunks of one byte, costs the parser 10 ms. Many connections
 * that are readable at once would take all of that in one turn.
 *
 * It emits `readable` again when the socket's turn comes.
 */
export function readInTurns(socket: Duplex, turns: Turns): PacedReader {
  const readSocket: (size?: number) => Buffer | null = socket.read;
  let waits = false;

  function continueReading(): true {
    waits = false;
    if (!socket.destroyed) socket.emit('readable');
    return true;
  }

  function mustWait(): boolean {
    if (turns.hasTime()) return false;
    if (!waits) turns.add(continueReading);
    waits = true;
    return true;
  }

  const reader: PacedReader = {
    isUnderWay: false,
    read(size) {
      if (reader.isUnderWay && socket.readableLength >= SMALL_PIECE && mustWait()) return null;
      return readSocket.call(socket, size);
    },
  };
  return reader;
}
