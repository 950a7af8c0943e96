import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { readApiDocument } from '../model/build-model.js';
import { DocumentError } from '../read/document-error.js';
import type { FileAnswer, FileQuestion, WorkerResult, WorkerStart } from './worker-messages.js';

/** The program of a worker thread: it reads one document. */
function readInThisThread(port: MessagePort, { path, signal }: WorkerStart): void {
  const document = readApiDocument(path, (file) => {
    port.postMessage({ kind: 'file', path: file } satisfies FileQuestion);
    Atomics.wait(signal, 0, 0);
    Atomics.store(signal, 0, 0);
    const answer = receiveMessageOnPort(port)?.message as FileAnswer;
    if (answer.kind === 'refused') throw new DocumentError(answer.message);
    return answer.content;
  });
  port.postMessage({ kind: 'result', document } satisfies WorkerResult);
}

// A thread without a port is not a worker.
if (parentPort !== null) readInThisThread(parentPort, workerData as WorkerStart);
