import type { Duplex } from 'node:stream';
import type { Turns } from '../turns.js';
import { readInTurns } from './read-in-turns.js';

/** The most interim responses to one request (RFC 9110 §15.2). Real servers send one or two. */
export const MAX_INTERIM_RESPONSES = 100;
/** The log shows this code and the next three after "malformed HTTP". */
export const TOO_MANY_INTERIM_RESPONSES = 'TOO_MANY_INTERIM_RESPONSES';
export const MALFORMED_INTERIM_RESPONSE = 'MALFORMED_INTERIM_RESPONSE';
export const ENDLESS_RESPONSE = 'ENDLESS_RESPONSE';
export const UNKNOWN_HTTP_VERSION = 'UNKNOWN_HTTP_VERSION';
/** The code that undici uses. */
const HEADERS_TOO_LONG = 'UND_ERR_HEADERS_OVERFLOW';
/**
 * The most bytes that one read from a socket returns. The filter checks the length after each read,
 * so a header section can exceed its limit by this many bytes.
 */
export const PIECE_BYTES = 64 * 1024;

/** Learns that the upstream is at work. */
export interface InterimListener {
  /** An interim response has begun. */
  heard(): void;
}

export interface FilterLimits {
  /** The most bytes of one status line, and of one interim response. */
  readonly headBytes: number;
  /** The most bytes for one request, including chunk sizes and chunk extensions. */
  readonly totalBytes: number;
}

/** The filter in front of one connection's parser. */
export interface InterimFilter {
  /** A request is being sent: the next byte that arrives is the first one of its response. */
  expectResponse(listener: InterimListener): void;
  /** The parser has found the end of the head, or a part of the body. */
  goOn(): void;
  /** The parser has come upon the end of the response. */
  complete(): void;
}

/** The start of a status line. The minor version, a space and the status follow. */
const VERSION = 'HTTP/1.';
const MAJOR_AT = 5;
/** Bytes of a status line up to and including the byte after the status. */
const PREFIX_BYTES = 13;
const STATUS_AT = 9;
const [CR, LF, SPACE, ZERO, ONE, NINE] = [0x0d, 0x0a, 0x20, 0x30, 0x31, 0x39];

/**
 * Drops interim responses before undici's parser sees them.
 *
 * RFC 9110 §15.2 asks a client to read and skip them all. But the parser treats an unexpected
 * `100 Continue` as a broken response, and accepts any number of the others. The filter leaves
 * `101` to the parser, which refuses it.
 *
 * The filter also refuses a status line of another major version.
 *
 * The filter also limits the parts for which the parser has no limit: the status line and the bytes
 * between chunks. The parser does limit header and trailer fields. But beyond its limit it creates
 * an error with a stack for each further field in the same piece. These are thousands, and take a
 * third of a second. So the filter ends the response before it reaches the limit of the parser.
 *
 * The filter replaces `read`, the only method by which the parser takes bytes from its socket. The
 * first piece of a final response costs one comparison and the search for the end of a line. Every
 * other piece, bodies too, costs one addition.
 */
export function filterInterimResponses(socket: Duplex, limits: FilterLimits, turns: Turns): InterimFilter {
  const reader = readInTurns(socket, turns);
  /** Undefined while no response is about to begin. */
  let listener: InterimListener | undefined;
  let count = 0;
  let received = 0;
  /** Bytes since the parser last found something. */
  let unheard = 0;
  /** True while the status line of the final response has not ended. */
  let inStatusLine = false;
  /** The start of a status line that arrives in pieces; `matched` bytes of it are filled. */
  const prefix = Buffer.alloc(PREFIX_BYTES);
  let matched = 0;
  /**
   * True within an interim response. `size` is its bytes so far; `ending` is how many bytes of
   * CR LF CR LF came last.
   */
  let inside = false;
  let size = 0;
  let ending = 0;

  function refuse(code: string): null {
    listener = undefined;
    socket.destroy(Object.assign(new Error('interim responses'), { code }));
    return null;
  }

  /** Gives the parser the final response, from its first byte on. */
  function pass(rest: Buffer): Buffer | null {
    // The parser accepts HTTP/2.0 here, but nobody can read what follows (RFC 9112 §2.3).
    if (isOtherVersion(rest, matched)) return refuse(UNKNOWN_HTTP_VERSION);
    listener = undefined;
    size = 0;
    inStatusLine = rest.indexOf(LF) < 0;
    return matched === 0 ? rest : Buffer.concat([prefix.subarray(0, matched), rest]);
  }

  /** @returns the offset of the end of the interim response; -1 if it goes on, -2 if malformed */
  function endOfInterim(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at];
      if (++size > limits.headBytes) return -2;
      if (byte === CR) {
        ending = ending === 2 ? 3 : 1;
      } else if (byte !== LF) {
        ending = 0;
      } else if (ending === 3) {
        return at + 1;
      } else if (ending !== 1) {
        // A parser may end the head at a bare LF, and we would drop what follows (RFC 9112 §2.2).
        return -2;
      } else {
        ending = 2;
      }
    }
    return -1;
  }

  function withoutInterim(first: Buffer): Buffer | null {
    let chunk: Buffer | null = first;
    let at = 0;
    while (chunk !== null) {
      if (!inside) {
        while (matched < PREFIX_BYTES && at < chunk.length) {
          const byte = chunk[at] as number;
          if (!isInterim(matched, byte, prefix[STATUS_AT + 1] as number)) return pass(chunk.subarray(at));
          prefix[matched++] = byte;
          at++;
        }
        if (matched === PREFIX_BYTES) {
          if (++count > MAX_INTERIM_RESPONSES) return refuse(TOO_MANY_INTERIM_RESPONSES);
          listener?.heard();
          unheard = 0;
          inside = true;
          size = PREFIX_BYTES;
          ending = prefix[PREFIX_BYTES - 1] === CR ? 1 : 0;
        }
      }
      if (inside) {
        const end = endOfInterim(chunk, at);
        if (end === -2) return refuse(MALFORMED_INTERIM_RESPONSE);
        if (end >= 0) [inside, matched, at] = [false, 0, end];
        else at = chunk.length;
      }
      if (at === chunk.length) {
        chunk = reader.read();
        at = 0;
      }
    }
    return null;
  }

  socket.read = (bytes?: number): Buffer | null => {
    const chunk = reader.read(bytes);
    if (chunk === null) return null;
    if (received === 0 && beginsFinalResponse(chunk) && listener !== undefined) {
      listener = undefined;
      received = chunk.length;
      unheard = received;
      return chunk;
    }
    received += chunk.length;
    if (received > limits.totalBytes) return refuse(ENDLESS_RESPONSE);
    // The piece that exceeds the limit still goes to the parser: the end of the head may be in it.
    if (unheard > limits.headBytes) return refuse(HEADERS_TOO_LONG);
    unheard += chunk.length;
    if (inStatusLine) {
      size += chunk.length;
      inStatusLine = chunk.indexOf(LF) < 0;
      if (inStatusLine && size > limits.headBytes) return refuse(ENDLESS_RESPONSE);
    }
    if (listener === undefined) return chunk;
    if (matched === 0 && !inside && chunk.length > STATUS_AT && chunk[STATUS_AT] !== ONE) return pass(chunk);
    return withoutInterim(chunk);
  };

  return {
    expectResponse(next) {
      reader.isUnderWay = true;
      listener = next;
      count = 0;
      received = 0;
      unheard = 0;
      inStatusLine = false;
      matched = 0;
      inside = false;
    },
    goOn() {
      unheard = 0;
    },
    complete() {
      reader.isUnderWay = false;
    },
  };
}

/** Longest status line that is looked through here: `HTTP/1.1 511 Network Authentication Required`. */
const SHORT_LINE = 42;

/**
 * Whether the first bytes are a whole status line of HTTP/1 whose response is final. Nearly all
 * responses begin so, and for these few bytes a loop is faster than a call into the runtime.
 */
function beginsFinalResponse(chunk: Buffer): boolean {
  if (chunk[MAJOR_AT] !== ONE || chunk[STATUS_AT] === ONE) return false;
  for (let at = PREFIX_BYTES; at < SHORT_LINE; at++) if (chunk[at] === LF) return true;
  return false;
}

/** Whether a status line names another major version. @param matched bytes of {@link VERSION} that came before */
function isOtherVersion(rest: Buffer, matched: number): boolean {
  if (matched > MAJOR_AT || (matched === 0 && rest[0] !== VERSION.charCodeAt(0))) return false;
  return (rest[MAJOR_AT - matched] ?? ONE) !== ONE;
}

/**
 * Whether the byte at offset `at` fits `HTTP/1.1 1xx `, except for a status of 101. `tens` is the
 * second digit of the status.
 */
function isInterim(at: number, byte: number, tens: number): boolean {
  if (at < VERSION.length) return byte === VERSION.charCodeAt(at);
  switch (at) {
    case 7:
      return byte === ZERO || byte === ONE;
    case 8:
      return byte === SPACE;
    case STATUS_AT:
      return byte === ONE;
    case 10:
      return byte >= ZERO && byte <= NINE;
    case 11:
      return byte >= ZERO && byte <= NINE && !(tens === ZERO && byte === ONE);
    default:
      return byte === SPACE || byte === CR;
  }
}
