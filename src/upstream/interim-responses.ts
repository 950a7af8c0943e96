import type { Duplex } from 'node:stream';
import type { Turns } from '../turns.js';
import { PacedReader } from './read-in-turns.js';

/**
 * The maximum number of interim responses to one request (RFC 9110 §15.2). Real servers send one or
 * two.
 */
export const MAX_INTERIM_RESPONSES = 100;
/** The four codes below are the filter's own. The log shows them as "malformed HTTP <code>". */
export const TOO_MANY_INTERIM_RESPONSES = 'TOO_MANY_INTERIM_RESPONSES';
export const MALFORMED_INTERIM_RESPONSE = 'MALFORMED_INTERIM_RESPONSE';
export const ENDLESS_RESPONSE = 'ENDLESS_RESPONSE';
export const UNKNOWN_HTTP_VERSION = 'UNKNOWN_HTTP_VERSION';
/** The code that undici uses. */
const HEADERS_TOO_LONG = 'UND_ERR_HEADERS_OVERFLOW';
/**
 * The maximum bytes that one read from a socket returns. The filter checks the length after each
 * read, so a header section can exceed its limit by this many bytes.
 */
export const PIECE_BYTES = 64 * 1024;

/** Gets a signal when the upstream is working on the request. */
export interface InterimListener {
  /** An interim response has begun. */
  heard(): void;
}

export interface FilterLimits {
  /** The maximum bytes of one status line, and of one interim response. */
  readonly headBytes: number;
  /**
   * The maximum bytes of all responses to one request, including chunk sizes and chunk extensions.
   */
  readonly totalBytes: number;
}

/** The start of a status line. The minor version, a space and the status follow. */
const VERSION = 'HTTP/1.';
const MAJOR_AT = 5;
/** Bytes of a status line up to and including the byte after the status. */
const PREFIX_BYTES = 13;
const STATUS_AT = 9;
const [CR, LF, SPACE, ZERO, ONE, NINE] = [0x0d, 0x0a, 0x20, 0x30, 0x31, 0x39];

/**
 * Drops interim responses of one connection before undici's parser sees them.
 *
 * RFC 9110 §15.2 asks a client to read and skip them all. But the parser treats an unexpected
 * `100 Continue` as a broken response, and accepts any number of the others. The filter leaves
 * `101` to the parser, which refuses it.
 *
 * The filter also refuses a status line of another major version.
 *
 * The filter also limits the parts for which the parser has no limit: the status line and the bytes
 * between chunks. The parser does limit header and trailer fields. But beyond its limit it creates
 * an error with a stack for each further field in the same piece. There may be thousands of them,
 * which takes a third of a second. So the filter ends the response before it reaches the limit of
 * the parser.
 *
 * It is a class for speed, like {@link PacedReader}.
 */
export class InterimFilter {
  /** Undefined while no response is expected. */
  private listener: InterimListener | undefined = undefined;
  private count = 0;
  private received = 0;
  /** Bytes since the parser last found the end of a head, or a part of a body. */
  private unheard = 0;
  /** True while the status line of the final response has not ended. */
  private inStatusLine = false;
  /** The start of a status line that arrives in pieces; `matched` bytes of it are filled. */
  private readonly prefix = Buffer.alloc(PREFIX_BYTES);
  private matched = 0;
  /**
   * True within an interim response. `size` is the number of its bytes so far. `ending` is how many
   * bytes of the final CR LF CR LF have arrived.
   */
  private inside = false;
  private size = 0;
  private ending = 0;
  private readonly socket: Duplex;
  private readonly limits: FilterLimits;
  private readonly reader: PacedReader;

  constructor(socket: Duplex, limits: FilterLimits, turns: Turns) {
    this.socket = socket;
    this.limits = limits;
    this.reader = new PacedReader(socket, turns);
  }

  /**
   * Called when a request is being sent. The next byte that arrives is the first byte of its
   * response.
   */
  expectResponse(listener: InterimListener): void {
    this.reader.expectsResponse = true;
    this.reader.isHeld = false;
    this.listener = listener;
    this.count = 0;
    this.received = 0;
    this.unheard = 0;
    this.inStatusLine = false;
    this.matched = 0;
    this.inside = false;
  }

  /** Called when the parser has found the end of the head, or a part of the body. */
  resetUnheard(): void {
    this.unheard = 0;
  }

  /** The body is a stream, which has no limit. Other limits bound its parts. */
  allowAnyLength(): void {
    this.received = Number.NEGATIVE_INFINITY;
  }

  /** Passes no further bytes to the parser, until {@link release}. */
  hold(): void {
    this.reader.isHeld = true;
  }

  release(): void {
    this.reader.release();
  }

  /** Called when the parser has found the end of the response. */
  complete(): void {
    this.reader.expectsResponse = false;
    this.reader.isHeld = false;
  }

  /**
   * Replaces the socket's own method. The parser takes bytes only by this method. The first piece
   * of a final response costs a few comparisons. Every other piece, including bodies, costs one
   * addition.
   */
  read(bytes?: number): Buffer | null {
    const chunk = this.reader.read(bytes);
    if (chunk === null) return null;
    if (this.received === 0 && beginsFinalResponse(chunk) && this.listener !== undefined) {
      this.listener = undefined;
      this.received = chunk.length;
      this.unheard = chunk.length;
      return chunk;
    }
    return this.filter(chunk);
  }

  private filter(chunk: Buffer): Buffer | null {
    const { limits } = this;
    this.received += chunk.length;
    if (this.received > limits.totalBytes) return this.refuse(ENDLESS_RESPONSE);
    // The piece that exceeds the limit still goes to the parser, because it may contain the end of
    // the head.
    if (this.unheard > limits.headBytes) return this.refuse(HEADERS_TOO_LONG);
    this.unheard += chunk.length;
    if (this.inStatusLine) {
      this.size += chunk.length;
      this.inStatusLine = chunk.indexOf(LF) < 0;
      if (this.inStatusLine && this.size > limits.headBytes) return this.refuse(ENDLESS_RESPONSE);
    }
    if (this.listener === undefined) return chunk;
    const isFinal =
      this.matched === 0 && !this.inside && chunk.length > STATUS_AT && chunk[STATUS_AT] !== ONE;
    return isFinal ? this.pass(chunk) : this.withoutInterim(chunk);
  }

  private refuse(code: string): null {
    this.listener = undefined;
    this.socket.destroy(Object.assign(new Error('interim responses'), { code }));
    return null;
  }

  /** Passes the final response to the parser, beginning with its first byte. */
  private pass(rest: Buffer): Buffer | null {
    const { matched } = this;
    // The parser accepts HTTP/2.0 here, but cannot read the bytes after it (RFC 9112 §2.3).
    if (isOtherVersion(rest, matched)) return this.refuse(UNKNOWN_HTTP_VERSION);
    this.listener = undefined;
    this.size = 0;
    this.inStatusLine = rest.indexOf(LF) < 0;
    return matched === 0 ? rest : Buffer.concat([this.prefix.subarray(0, matched), rest]);
  }

  /**
   * @returns the offset of the end of the interim response. -1 if it is incomplete, -2 if it is
   * malformed.
   */
  private endOfInterim(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at];
      if (++this.size > this.limits.headBytes) return -2;
      if (byte === CR) {
        this.ending = this.ending === 2 ? 3 : 1;
      } else if (byte !== LF) {
        this.ending = 0;
      } else if (this.ending === 3) {
        return at + 1;
      } else if (this.ending !== 1) {
        // Another parser may end the head at a bare LF (RFC 9112 §2.2). The filter would then drop
        // the bytes after it.
        return -2;
      } else {
        this.ending = 2;
      }
    }
    return -1;
  }

  private withoutInterim(first: Buffer): Buffer | null {
    const { prefix } = this;
    let chunk: Buffer | null = first;
    let at = 0;
    while (chunk !== null) {
      if (!this.inside) {
        while (this.matched < PREFIX_BYTES && at < chunk.length) {
          const byte = chunk[at] as number;
          const tens = prefix[STATUS_AT + 1] as number;
          if (!isInterim(this.matched, byte, tens)) return this.pass(chunk.subarray(at));
          prefix[this.matched++] = byte;
          at++;
        }
        if (this.matched === PREFIX_BYTES) {
          if (++this.count > MAX_INTERIM_RESPONSES) return this.refuse(TOO_MANY_INTERIM_RESPONSES);
          this.listener?.heard();
          this.unheard = 0;
          this.inside = true;
          this.size = PREFIX_BYTES;
          this.ending = prefix[PREFIX_BYTES - 1] === CR ? 1 : 0;
        }
      }
      if (this.inside) {
        const end = this.endOfInterim(chunk, at);
        if (end === -2) return this.refuse(MALFORMED_INTERIM_RESPONSE);
        if (end >= 0) [this.inside, this.matched, at] = [false, 0, end];
        else at = chunk.length;
      }
      if (at === chunk.length) {
        chunk = this.reader.read();
        at = 0;
      }
    }
    return null;
  }
}

const FILTER = Symbol('interim filter');
type FilteredSocket = Duplex & { [FILTER]: InterimFilter };

/** All sockets share this function, so that V8 can inline it. */
function readFiltered(this: FilteredSocket, bytes?: number): Buffer | null {
  return this[FILTER].read(bytes);
}

/** Puts a filter between a socket and its parser. */
export function filterInterimResponses(socket: Duplex, limits: FilterLimits, turns: Turns): InterimFilter {
  const filter = new InterimFilter(socket, limits, turns);
  Object.assign(socket, { [FILTER]: filter, read: readFiltered });
  return filter;
}

/**
 * {@link beginsFinalResponse} searches for the end of the status line only within this many bytes. A
 * response with a longer status line takes the slower way through `filter`.
 */
const SHORT_LINE = 42;

/**
 * Whether the first bytes are a whole status line of a final HTTP/1 response. Nearly all responses
 * begin with one. For these few bytes, a loop is faster than a call into the runtime.
 */
function beginsFinalResponse(chunk: Buffer): boolean {
  if (chunk[MAJOR_AT] !== ONE || chunk[STATUS_AT] === ONE) return false;
  for (let at = PREFIX_BYTES; at < SHORT_LINE; at++) if (chunk[at] === LF) return true;
  return false;
}

/**
 * Whether a status line names another major version.
 *
 * @param matched how many bytes of {@link VERSION} have already arrived
 */
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
