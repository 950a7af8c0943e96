import { Worker } from 'node:worker_threads';
import type { Clock } from '../../clock.js';
import type { ReadDocument } from '../model/build-model.js';
import { DocumentError } from '../read/document-error.js';
import type { ReadDocumentFile } from '../read/document-files.js';
import type { FileAnswer, FileQuestion, WorkerResult, WorkerStart } from './worker-messages.js';

/** The largest public documents need about a second and 300 MB. */
const LIMIT_MS = 15_000;
const MAX_MEMORY_MB = 400;

/**
 * Reads a document in another thread. Calls go on meanwhile, and a hostile document takes neither
 * more time nor more memory than the limits allow.
 *
 * @param readFile called in this thread. @throws DocumentError
 */
export function readInWorker(path: string, readFile: ReadDocumentFile, clock: Clock): Promise<ReadDocument> {
  const signal = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(WORKER, {
    workerData: { path, signal } satisfies WorkerStart,
    resourceLimits: { maxOldGenerationSizeMb: MAX_MEMORY_MB },
    execArgv: [],
  });
  return new Promise((resolve, reject) => {
    const stopTimer = clock.after(LIMIT_MS, () =>
      fail(`it takes longer than ${LIMIT_MS / 1000} s to read the document`),
    );
    function end(document: ReadDocument): void {
      stopTimer();
      resolve(document);
      void worker.terminate();
    }
    function stop(error: unknown): void {
      stopTimer();
      reject(error);
      void worker.terminate();
    }
    function fail(message: string): void {
      end({ kind: 'failed', message, line: 0 });
    }
    worker.on('message', (message: FileQuestion | WorkerResult) => {
      if (message.kind === 'result') {
        end(message.document);
        return;
      }
      try {
        worker.postMessage(answerTo(message, readFile));
      } catch (error) {
        stop(error);
        return;
      }
      Atomics.store(signal, 0, 1);
      Atomics.notify(signal, 0);
    });
    worker.once('error', (error: Error & { readonly code?: string }) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
        fail(`reading the document needs more than ${MAX_MEMORY_MB} MB`);
      } else stop(error);
    });
  });
}

function answerTo({ path }: FileQuestion, readFile: ReadDocumentFile): FileAnswer {
  try {
    return { kind: 'content', content: readFile(path) };
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    return { kind: 'refused', message: error.message };
  }
}

/** Tests run the TypeScript sources, but a thread needs the built JavaScript. */
const WORKER = new URL(
  import.meta.url.endsWith('.ts')
    ? '../../../dist/openapi/worker/document-worker.js'
    : './document-worker.js',
  import.meta.url,
);
