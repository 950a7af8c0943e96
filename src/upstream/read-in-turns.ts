import type { Duplex } from 'node:stream';
import type { Turns } from '../turns.js';

/** A smaller piece goes to the parser at once: even the worst costs less than a millisecond. */
const SMALL_PIECE = 4 * 1024;

/**
 * Hands a socket's bytes to its parser in turns of the event loop. A piece of 64 KB that holds
 * nothing but short header fields, or chunks of one byte, costs the parser 10 ms. Many connections
 * that are readable at once would take all of that in one turn.
 *
 * It emits `readable` again when the socket's turn comes.
 *
 * A class for speed: V8 can inline methods of a prototype where the parser reads, which it does
 * five times for each request. It cannot inline closures of many sockets.
 */
export class PacedReader {
  /**
   * True while a response is due or has begun. Only then may bytes wait. Between responses the
   * parser must get them before the next request is sent, or it takes them for the next response.
   */
  expectsResponse = false;
  private waits = false;
  private readonly socket: Duplex;
  private readonly turns: Turns;
  private readonly readSocket: (size?: number) => Buffer | null;

  constructor(socket: Duplex, turns: Turns) {
    this.socket = socket;
    this.turns = turns;
    this.readSocket = socket.read;
  }

  /** Takes the place of the socket's own method. Null also if the bytes must wait for a turn. */
  read(size?: number): Buffer | null {
    const { socket } = this;
    if (this.expectsResponse && socket.readableLength >= SMALL_PIECE && this.mustWait()) return null;
    return this.readSocket.call(socket, size);
  }

  private mustWait(): boolean {
    if (this.turns.hasTime()) return false;
    if (!this.waits) {
      this.turns.add(() => {
        this.waits = false;
        if (!this.socket.destroyed) this.socket.emit('readable');
        return true;
      });
    }
    this.waits = true;
    return true;
  }
}
