import type { Duplex } from 'node:stream';
import type { Turns } from '../turns.js';

/** A chunk of this size holds up to 170 empty WebSocket frames, which cost as much as a call. */
const LARGE_CHUNK = 1024;
/** Bytes that are read without reading the clock. They are at most a millisecond of work. */
const PIECE = 4 * 1024;

type Read = (chunk: Buffer) => void;

/**
 * Passes the data of a stream to a parser. If the turn of the event loop has no time left, a large
 * chunk stays unread. In a later turn, the connection reads a small piece of its data at a time.
 * This limits connections that send many pongs: pongs are not messages, so no other limit applies
 * to them.
 *
 * @returns the listener of the stream's data
 */
export function readInTurns(stream: Duplex, turns: Turns, parse: Read): Read {
  /**
   * True while unread data waits for a turn. Becomes false too if somebody else resumes the stream,
   * because the data is read then.
   */
  let isWaiting = false;
  let hasTurn = false;

  function wait(chunk: Buffer): void {
    stream.pause();
    stream.unshift(chunk);
    if (isWaiting) return;
    isWaiting = true;
    turns.add(() => {
      if (!isWaiting || stream.destroyed) return true;
      // Resumes before reading, because the parser may pause the stream.
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

/** The reader of a WebSocket's stream, for {@link readWebSocketInTurns}. */
export interface WebSocketReader {
  /** Called after each chunk that ws has parsed. */
  haveRead(bytes: number): void;
  /** True if no further message is handled. */
  isDeaf(): boolean;
}

/**
 * Like {@link readInTurns}, for a stream that ws reads. By itself, ws parses any number of frames
 * in one turn.
 */
export function readWebSocketInTurns(stream: Duplex, turns: Turns, reader: WebSocketReader): void {
  const [parse] = stream.listeners('data') as [Read];
  stream.removeListener('data', parse);
  const read = readInTurns(stream, turns, (chunk) => {
    parse.call(stream, chunk);
    reader.haveRead(chunk.length);
  });
  // ws removes its listener when it wants no more data. By this property Node finds the wrapper of
  // a listener, as it does for `once`.
  Object.assign(read, { listener: parse });
  // At the close, ws parses all unread data in one turn.
  stream.prependListener('close', () => {
    if (!reader.isDeaf()) return;
    stream.removeAllListeners('data');
    stream.read(stream.readableLength);
  });
}
