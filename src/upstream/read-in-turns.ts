import type { Duplex } from 'node:stream';
import type { Turns } from '../turns.js';

/** A piece of fewer bytes goes to the parser at once: even the worst costs less than a millisecond there. */
const SMALL_PIECE = 4 * 1024;

/** How one connection's bytes reach its parser. */
export interface PacedReading {
  /**
   * A response is due, or under way. Only then may bytes wait. Between responses the parser must get them before the next
   * request leaves, or it takes them for the next response.
   */
  isUnderWay: boolean;
}

/**
 * Hands a socket's bytes to its parser in turns of the event loop. A piece of 64 KB that holds nothing but short header
 * fields, or chunks of one byte, costs the parser 10 ms. Many connections that are readable at once would take all of that
 * in one turn.
 *
 * It replaces `read`, and puts the event `readable` again when the socket's turn comes.
 */
export function readInTurns(socket: Duplex, turns: Turns): PacedReading {
  const read: (size?: number) => Buffer | null = socket.read;
  const pace: PacedReading = { isUnderWay: false };
  let waits = false;

  function goOn(): true {
    waits = false;
    if (!socket.destroyed) socket.emit('readable');
    return true;
  }

  socket.read = (size?: number): Buffer | null => {
    if (pace.isUnderWay && socket.readableLength >= SMALL_PIECE && !turns.hasTime()) {
      if (!waits) turns.add(goOn);
      waits = true;
      return null;
    }
    return read.call(socket, size);
  };
  return pace;
}
