import type { Duplex } from 'node:stream';
import type { Turns } from '../turns.js';

/**
 * A smaller piece goes to the parser immediately. Even the worst piece of this size costs less than
 * a millisecond.
 */
const SMALL_PIECE = 4 * 1024;

/**
 * Passes a socket's bytes to its parser in turns of the event loop. A piece of 64 KB with only
 * short header fields, or only chunks of one byte, costs the parser 10 ms. Without this class, many
 * readable connections would take this time in one turn.
 *
 * When the socket's turn comes, the class emits `readable` again.
 *
 * It is a class for speed. The parser reads five times for each request. V8 can inline methods of a
 * prototype there, but not closures of many sockets.
 */
export class PacedReader {
  /**
   * True while a response is expected or has begun. Bytes may wait only in this time. Between
   * responses, the parser must get bytes before the next request is sent. Otherwise it takes them
   * for the next response.
   */
  expectsResponse = false;
  /** True while the reader of a stream is slow. Its bytes wait in the socket, then in the sender. */
  isHeld = false;
  private waits = false;
  private readonly socket: Duplex;
  private readonly turns: Turns;
  private readonly readSocket: (size?: number) => Buffer | null;

  constructor(socket: Duplex, turns: Turns) {
    this.socket = socket;
    this.turns = turns;
    this.readSocket = socket.read;
  }

  /** Replaces the socket's own method. Also returns null if the bytes must wait. */
  read(size?: number): Buffer | null {
    const { socket } = this;
    if (this.expectsResponse) {
      if (this.isHeld || (socket.readableLength >= SMALL_PIECE && this.mustWait())) return null;
    }
    return this.readSocket.call(socket, size);
  }

  /** Continues after {@link isHeld}. */
  release(): void {
    this.isHeld = false;
    if (!this.socket.destroyed) this.socket.emit('readable');
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
