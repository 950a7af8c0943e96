import type { Clock } from '../clock.js';
import type { ByteStream, StreamEnd } from './byte-stream.js';
import type { Cancelable } from './call-control.js';
import { type ExchangeFailure, failure } from './exchange-failure.js';

/** The connection that a stream reads from. */
export interface StreamSource {
  /** Reads no more from the socket, so that TCP slows the upstream down. */
  hold(): void;
  release(): void;
}

/**
 * The maximum bytes that wait for the reader. The socket holds about as much again, and so does the
 * system.
 */
const MAX_WAITING = 64 * 1024;
/** Bytes that a waiting piece takes in addition to its content. */
const PIECE_OVERHEAD = 128;

/**
 * The body of one response. It stops reading from its connection while its reader is slow.
 *
 * The connection does not pause undici's parser. A parser that is paused while its connection fails
 * throws an AssertionError, which would end the process. So the filter in front of the parser holds
 * the bytes back.
 */
export class ResponseStream implements ByteStream, Cancelable {
  private readonly pieces: Buffer[] = [];
  private size = 0;
  private isHeld = false;
  private onEnd: ((end: StreamEnd) => void) | undefined = undefined;
  private ended: StreamEnd | undefined = undefined;
  private wake: (() => void) | undefined = undefined;
  /** Monotonic milliseconds at which the upstream has last sent something. */
  private heardAt: number;
  private stopTimer: () => void;
  private readonly source: StreamSource | undefined;
  private readonly tearDown: () => void;
  private readonly idleMs: number;
  private readonly clock: Clock;

  /**
   * @param source undefined if the connection has already closed
   * @param tearDown closes the connection
   */
  constructor(source: StreamSource | undefined, tearDown: () => void, idleMs: number, clock: Clock) {
    this.source = source;
    this.tearDown = tearDown;
    this.idleMs = idleMs;
    this.clock = clock;
    this.heardAt = clock.monotonic();
    this.stopTimer = clock.after(idleMs, () => this.checkSilence());
  }

  /** A piece of the body has arrived. */
  push(piece: Buffer): void {
    if (this.ended !== undefined) return;
    this.heardAt = this.clock.monotonic();
    this.pieces.push(piece);
    this.size += piece.length + PIECE_OVERHEAD;
    if (this.size >= MAX_WAITING && !this.isHeld) {
      this.isHeld = true;
      this.source?.hold();
    }
    this.wakeReader();
  }

  /** The exchange has ended. */
  finish(end: StreamEnd): void {
    if (this.ended !== undefined) return;
    this.ended = end;
    this.isHeld = false;
    this.stopTimer();
    this.onEnd?.(end);
    this.wakeReader();
  }

  take(): Buffer | undefined {
    const piece = this.pieces.shift();
    if (piece === undefined) return undefined;
    this.size -= piece.length + PIECE_OVERHEAD;
    if (this.isHeld && this.pieces.length === 0) {
      this.isHeld = false;
      this.heardAt = this.clock.monotonic();
      this.source?.release();
    }
    return piece;
  }

  ready(): Promise<void> {
    if (this.pieces.length > 0 || this.ended !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  get end(): StreamEnd | undefined {
    return this.pieces.length === 0 ? this.ended : undefined;
  }

  whenEnded(action: (end: StreamEnd) => void): void {
    if (this.ended === undefined) this.onEnd = action;
    else action(this.ended);
  }

  cancel(): void {
    this.stop({ kind: 'canceled' });
  }

  fail(end: ExchangeFailure): void {
    this.stop(end);
  }

  private stop(end: StreamEnd): void {
    this.drop();
    if (this.ended !== undefined) return;
    this.finish(end);
    this.tearDown();
  }

  private drop(): void {
    this.pieces.length = 0;
    this.size = 0;
  }

  private wakeReader(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }

  /** The timer is not started again for each piece, because a stream may have many. */
  private checkSilence(): void {
    const { clock, idleMs } = this;
    const now = clock.monotonic();
    // While the reader is slow, the upstream is not heard.
    const remainingMs = (this.isHeld ? now : this.heardAt) + idleMs - now;
    if (remainingMs > 0) {
      this.stopTimer = clock.after(remainingMs, () => this.checkSilence());
      return;
    }
    const detail = `silent for longer than response.stream_idle (${idleMs} ms)`;
    this.finish(failure('timeout', true, detail));
    this.tearDown();
  }
}
