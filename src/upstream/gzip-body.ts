import { createGzip, gzipSync } from 'node:zlib';
import { FairQueue } from '../collections/fair-queue.js';
import type { CallControl } from './call-control.js';

/**
 * Compresses the body of a call's request.
 *
 * @returns undefined if the call was cancelled meanwhile
 */
export type GzipBody = (
  body: string | Uint8Array,
  control: CallControl,
) => Uint8Array | Promise<Uint8Array | undefined>;

/** A body of fewer bytes is compressed at once. That takes about a millisecond. */
const SMALL_BODY = 16 * 1024;
/**
 * How many bodies of a service are compressed at a time. Each takes 256 KB beside its body (zlib,
 * deflateInit2). Node has four threads for this, and other work needs them too.
 */
const MAX_RUNNING = 3;
/** One job of a thread takes a few milliseconds, so that other work need not wait for a long body. */
const JOB_BYTES = 64 * 1024;

/** A body that waits for its compression. */
interface Job {
  readonly leave: () => void;
  readonly start: () => void;
}

/** Creates the compressor of a service. Callers take turns. */
export function createGzipBody(): GzipBody {
  const waiting = new FairQueue<Job>();
  let running = 0;

  function next(): void {
    const job = running < MAX_RUNNING ? waiting.first : undefined;
    if (job === undefined) return;
    job.leave();
    running++;
    job.start();
  }

  function inThreads(body: Uint8Array, control: CallControl): Promise<Uint8Array | undefined> {
    const owner = control.caller?.session;
    return new Promise((resolve, reject) => {
      let stop: (() => void) | undefined;
      const leave = () => waiting.leave(owner, entry);
      const entry = waiting.join(owner, {
        leave,
        start() {
          stop = gzipInJobs(body, (error, compressed) => {
            running--;
            control.waitsFor = undefined;
            if (error === undefined) resolve(compressed);
            else reject(error);
            next();
          });
        },
      });
      control.waitsFor = {
        cancel() {
          if (stop === undefined) leave();
          else {
            stop();
            running--;
            next();
          }
          resolve(undefined);
        },
      };
      next();
    });
  }

  return (body, control) => {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    return bytes.length < SMALL_BODY ? gzipSync(bytes) : inThreads(bytes, control);
  };
}

/** @returns ends it early. `done` is then not called. */
function gzipInJobs(
  body: Uint8Array,
  done: (error: Error | undefined, compressed: Uint8Array) => void,
): () => void {
  const gzip = createGzip();
  const pieces: Buffer[] = [];
  let at = 0;
  function write(): void {
    if (at >= body.length) {
      gzip.end();
      return;
    }
    const piece = body.subarray(at, at + JOB_BYTES);
    at += piece.length;
    gzip.write(piece, write);
  }
  gzip.on('data', (piece: Buffer) => pieces.push(piece));
  gzip.on('end', () => done(undefined, Buffer.concat(pieces)));
  gzip.on('error', (error) => done(error, body));
  write();
  return () => {
    gzip.removeAllListeners('end');
    gzip.removeAllListeners('error');
    gzip.on('error', () => {});
    gzip.destroy();
  };
}
