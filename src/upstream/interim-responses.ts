import type { Duplex } from 'node:stream';

/** Interim responses that one request may get (RFC 9110 §15.2). Real servers send one or two. */
export const MAX_INTERIM_RESPONSES = 100;
/** Its name stands in the log, behind "malformed HTTP". */
export const TOO_MANY_INTERIM_RESPONSES = 'TOO_MANY_INTERIM_RESPONSES';
export const MALFORMED_INTERIM_RESPONSE = 'MALFORMED_INTERIM_RESPONSE';
export const ENDLESS_RESPONSE = 'ENDLESS_RESPONSE';
/** As undici names it. */
const HEADERS_TOO_LONG = 'UND_ERR_HEADERS_OVERFLOW';
/** Bytes of one piece that is read from a socket, at most: so many more than it may be a header section can hold. */
export const PIECE_BYTES = 64 * 1024;

/** Who wants to know that the upstream is at work. */
export interface InterimListener {
  heard(): void;
}

export interface FilterLimits {
  /** Of one status line, and of one interim response. */
  readonly headBytes: number;
  /** Of all that comes for one request, with what the parser throws away: chunk sizes and their extensions. */
  readonly totalBytes: number;
}

/** The filter in front of one connection's parser. */
export interface InterimFilter {
  /** A request leaves: the next byte that comes is the first one of its response. */
  expectResponse(listener: InterimListener): void;
  /** The parser has come upon the end of the head, or a part of the body. */
  goOn(): void;
}

/** `HTTP/1.` ends here; then the minor version, a space, and the status. */
const VERSION = 'HTTP/1.';
/** The status line up to the byte behind the status. */
const PREFIX_BYTES = 13;
const STATUS_AT = 9;
const [CR, LF, SPACE, ZERO, ONE, NINE] = [0x0d, 0x0a, 0x20, 0x30, 0x31, 0x39];

/**
 * Drops interim responses before undici's parser sees them.
 *
 * The parser takes an unasked `100 Continue` for a broken response, and calls back for each of the others without a limit.
 * RFC 9110 §15.2 asks a client to read and skip them all. `101` is left to the parser, which refuses it.
 *
 * It also bounds what the parser reads without a limit of its own: a status line, and what stands between chunks. For header and
 * trailer fields it has one, and makes an error, with its stack, of each field beyond it that a piece still holds: thousands, which
 * take a third of a second. So they end here, before the parser's own limit is met.
 *
 * The filter replaces `read`, the one way in which the parser takes bytes from its socket. A final response costs one
 * comparison and the search for a line's end, for its first piece; all other pieces, bodies too, cost one addition.
 */
export function filterInterimResponses(socket: Duplex, limits: FilterLimits): InterimFilter {
  const read: (size?: number) => Buffer | null = socket.read;
  const next = (): Buffer | null => read.call(socket);
  /** Undefined while no response is due to begin. */
  let listener: InterimListener | undefined;
  let count = 0;
  let received = 0;
  /** Bytes since the parser came upon something. */
  let unheard = 0;
  /** The status line of the final response goes on. */
  let inStatusLine = false;
  /** The beginning of a status line that came in pieces. */
  const prefix = Buffer.alloc(PREFIX_BYTES);
  let matched = 0;
  /** Within an interim response: its bytes so far, and how much of the empty line at its end. */
  let inside = false;
  let size = 0;
  let ending = 0;

  function refuse(code: string): null {
    listener = undefined;
    socket.destroy(Object.assign(new Error('interim responses'), { code }));
    return null;
  }

  /** Hands the parser what is no interim response, from its first byte on. */
  function pass(rest: Buffer): Buffer {
    listener = undefined;
    size = 0;
    inStatusLine = rest.indexOf(LF) < 0;
    return matched === 0 ? rest : Buffer.concat([prefix.subarray(0, matched), rest]);
  }

  /** @returns where the interim response ends; -1 where it goes on, -2 where it is malformed */
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
        // A parser may end the head here, and we would drop what follows (RFC 9112 §2.2).
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
        chunk = next();
        at = 0;
      }
    }
    return null;
  }

  socket.read = (bytes?: number): Buffer | null => {
    const chunk = read.call(socket, bytes);
    if (chunk === null) return null;
    received += chunk.length;
    if (received > limits.totalBytes) return refuse(ENDLESS_RESPONSE);
    // The piece in which the limit is met still goes to the parser, for in it there may be what it looks for.
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
  };
}

/** Whether this byte can stand here in `HTTP/1.1 1xx `, but for 101; `tens` is the second digit of the status. */
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
