import type { Duplex } from 'node:stream';
import type { Turns } from '../turns.js';

/** A chunk of this size holds up to 170 empty frames of WebSocket, which cost as much as a call. */
const LARGE_CHUNK = 1024;
/** Bytes that are read without a look at the clock: at most a millisecond of work. */
const PIECE = 4 * 1024;

type Read = (chunk: Buffer) => void;

/**
 * Passes the data of a stream to a parser. A large chunk waits, unread, while the turn of the event
 * loop has no time left: many connections may be full of pongs, which are not messages and wait for
 * nothing. Then each connection reads a small piece of its data in its part of a turn.
 *
 * @returns the listener of the stream's data
 */
export function readInTurns(stream: Duplex, turns: Turns, parse: Read): Read {
  /** False again when the data was read in another way: the stream was paused and resumed. */
  let isWaiting = false;
  let hasTurn = false;

  function wait(chunk: Buffer): void {
    stream.pause();
    stream.unshift(chunk);
    if (isWaiting) return;
    isWaiting = true;
    turns.add(() => {
      if (!isWaiting || stream.destroyed) return true;
      // Before reading, because the parser may pause the stream.
      stream.resume();
      do {
        hasTurn = true;
        // Emits the event, so that every listener gets the data.
        stream.read(Math.min(stream.readableLength, PIECE));
        hasTurn = false;
        if (stream.readableLength === 0 || stream.isPaused()) return true;
      } while (turns.hasTime());
      stream.pause();
      isWaiting = true;
      return false;
    }, true);
  }

  function read(chunk: Buffer): void {
    if (chunk.length >= LARGE_CHUNK && !hasTurn && !turns.hasTime()) {
      wait(chunk);
      return;
    }
    isWaiting = false;
    parse(chunk);
  }

  stream.on('data', read);
  return read;
}

/** What reads a WebSocket's stream through {@link readWebSocketInTurns}. */
export interface WebSocketReader {
  /** Called after each chunk that ws has parsed. */
  haveRead(bytes: number): void;
  /** Whether no further message is handled. */
  isDeaf(): boolean;
}

/** Does the same for a stream that ws reads, which would parse any number of frames at once. */
export function readWebSocketInTurns(stream: Duplex, turns: Turns, reader: WebSocketReader): void {
  const [parse] = stream.listeners('data') as [Read];
  stream.removeListener('data', parse);
  const read = readInTurns(stream, turns, (chunk) => {
    parse.call(stream, chunk);
    reader.haveRead(chunk.length);
  });
  // ws removes its listener when it wants no more data. Node finds the wrapper of a listener by
  // this property, as that of `once`.
  Object.assign(read, { listener: parse });
  // At the close, ws parses all unread data at once.
  stream.prependListener('close', () => {
    if (!reader.isDeaf()) return;
    stream.removeAllListeners('data');
    stream.read(stream.readableLength);
  });
}
