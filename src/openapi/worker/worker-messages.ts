import type { ReadDocument } from '../model/build-model.js';

/** What a worker starts with. */
export interface WorkerStart {
  /** The document, as an absolute path. */
  readonly path: string;
  /** Becomes 1 when the answer to a {@link FileQuestion} has been posted. */
  readonly signal: Int32Array<SharedArrayBuffer>;
}

/** The worker needs a file. The main thread reads all files, so that one place decides about them. */
export interface FileQuestion {
  readonly kind: 'file';
  readonly path: string;
}

export type FileAnswer =
  | { readonly kind: 'content'; readonly content: string | Uint8Array }
  | { readonly kind: 'refused'; readonly message: string };

export interface WorkerResult {
  readonly kind: 'result';
  readonly document: ReadDocument;
}
