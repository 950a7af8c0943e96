/** Collects text as bytes, piece by piece. */
export interface TextBytes {
  add(text: string): void;
  /** Everything so far. */
  all(): Buffer;
}

/** A character takes at most three bytes of UTF-8; a pair of surrogates takes four. */
const BYTES_PER_UNIT = 3;

/**
 * Creates an empty collection. Joining the pieces of megabytes of text at the end would block the
 * event loop for up to 20 ms, so each piece is encoded when it is added.
 *
 * @param capacity the expected number of bytes
 */
export function createTextBytes(capacity: number): TextBytes {
  let bytes = Buffer.allocUnsafe(Math.max(capacity, 4096));
  let length = 0;
  return {
    add(text) {
      const most = length + text.length * BYTES_PER_UNIT;
      if (most > bytes.length) {
        const larger = Buffer.allocUnsafe(Math.max(2 * bytes.length, most));
        bytes.copy(larger, 0, 0, length);
        bytes = larger;
      }
      length += bytes.write(text, length);
    },
    all: () => bytes.subarray(0, length),
  };
}
