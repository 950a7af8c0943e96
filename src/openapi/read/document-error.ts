/** A file cannot be read as a document. The message says why, and what to do. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
  constructor(
    message: string,
    readonly line = 0,
  ) {
    super(message);
  }
}
