/** A part of a stream as it arrived: an event, or a line. */
export interface StreamPart {
  /** UTF-8, probably JSON. */
  readonly data: Buffer;
  /** The JSON text around the data. Undefined if the data are the whole body. */
  readonly around: { readonly before: string; readonly after: string } | undefined;
}

/** Divides the bytes of a stream into its parts. */
export interface PartReader {
  /** Adds the next bytes. All parts of those before must have been taken. */
  add(piece: Buffer): void;
  /** The next part. Undefined if it has not arrived completely. */
  next(): StreamPart | 'too_large' | undefined;
  /** The part at the end of a complete body that has no end mark. Undefined at the second call. */
  last(): StreamPart | 'too_large' | undefined;
}
