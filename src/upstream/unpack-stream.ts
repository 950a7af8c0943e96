import type { Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { ByteStream, StreamEnd } from './byte-stream.js';
import { codingsOf, MAX_CODINGS } from './content-coding.js';
import { type ExchangeFailure, failure } from './exchange-failure.js';
import type { ResponseHeaders } from './response-headers.js';

/**
 * Decodes the content codings of a stream (RFC 9110 §8.4), piece by piece. What the upstream has
 * flushed is passed on at once. A decoder stops while its reader is slow, so a small stream that
 * unpacks to gigabytes takes no memory.
 */
export function unpackStream(packed: ByteStream, headers: ResponseHeaders): ByteStream {
  const codings = codingsOf(headers);
  if (codings.length > MAX_CODINGS) {
    packed.fail(failure('bad_answer', true, `${codings.length} content codings`));
    return packed;
  }
  let stream = packed;
  for (const coding of codings.reverse()) {
    const decoder = decoderFor(coding);
    if (decoder === undefined) {
      packed.fail(failure('bad_answer', true, 'a content coding that we did not ask for'));
      return packed;
    }
    stream = new UnpackedStream(stream, decoder);
  }
  return stream;
}

/** Many servers end a stream without the trailer of the coding. Its data are complete. */
const LENIENT = { finishFlush: constants.Z_SYNC_FLUSH };

function decoderFor(coding: string): Transform | undefined {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip(LENIENT);
    case 'br':
      return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
    case 'deflate':
    case 'x-deflate':
      return createInflate(LENIENT);
    default:
      return undefined;
  }
}

const BROKEN: ExchangeFailure = failure('bad_answer', true, 'broken compression');

/** A stream behind a decoder of Node. */
class UnpackedStream implements ByteStream {
  private ended: StreamEnd | undefined = undefined;
  private hasOutput = false;
  private wake: (() => void) | undefined = undefined;
  private readonly packed: ByteStream;
  private readonly decoder: Transform;

  constructor(packed: ByteStream, decoder: Transform) {
    this.packed = packed;
    this.decoder = decoder;
    decoder.on('readable', () => {
      this.hasOutput = true;
      this.wakeReader();
    });
    decoder.on('end', () => this.finish({ kind: 'complete' }));
    decoder.on('error', () => this.fail(BROKEN));
    void this.feed();
  }

  take(): Buffer | undefined {
    if (!this.hasOutput) return undefined;
    const piece: Buffer | null = this.decoder.read();
    if (piece !== null) return piece;
    this.hasOutput = false;
    if (this.ended !== undefined) this.decoder.destroy();
    return undefined;
  }

  ready(): Promise<void> {
    if (this.hasOutput || this.ended !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  get end(): StreamEnd | undefined {
    return this.hasOutput ? undefined : this.ended;
  }

  whenEnded(action: (end: StreamEnd) => void): void {
    this.packed.whenEnded(action);
  }

  cancel(): void {
    this.drop({ kind: 'canceled' });
    this.packed.cancel();
  }

  fail(end: ExchangeFailure): void {
    this.drop(end);
    this.packed.fail(end);
  }

  /** Passes the packed bytes to the decoder, one piece after another. */
  private async feed(): Promise<void> {
    const { packed, decoder } = this;
    while (this.ended === undefined) {
      const piece = packed.take();
      if (piece !== undefined) {
        // The decoder calls back when it has unpacked the piece, and its reader has room for more.
        await new Promise((resolve) => decoder.write(piece, resolve));
      } else if (packed.end === undefined) {
        await packed.ready();
      } else if (packed.end.kind === 'complete') {
        decoder.end();
        return;
      } else {
        this.finish(packed.end);
        return;
      }
    }
  }

  private finish(end: StreamEnd): void {
    this.ended ??= end;
    this.wakeReader();
  }

  private drop(end: StreamEnd): void {
    this.finish(end);
    this.hasOutput = false;
    this.decoder.destroy();
  }

  private wakeReader(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }
}
