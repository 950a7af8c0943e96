const [LF, CR] = [0x0a, 0x0d];
const NO_BYTES: Buffer = Buffer.alloc(0);
/** The first buffer for a line that arrives in pieces. It doubles as needed. */
const FIRST_BUFFER = 4 * 1024;

/**
 * Divides bytes into lines. Pieces may end anywhere, also within a character. A line refers to the
 * memory of its piece, or to memory of its own.
 */
export class LineSplitter {
  /** True if a line is longer than allowed. No line follows. */
  isTooLong = false;
  private piece = NO_BYTES;
  private at = 0;
  /** The next CR in the piece, or -1. */
  private cr = -1;
  /** True after a CR. A LF right after it belongs to the same line end. */
  private mayBeginWithLf = false;
  /** The beginning of a line that has not ended yet. */
  private begun = NO_BYTES;
  private begunLength = 0;
  private readonly maxBytes: number;
  private readonly endsAtCr: boolean;

  /** @param endsAtCr whether a CR alone ends a line */
  constructor(maxBytes: number, endsAtCr: boolean) {
    this.maxBytes = maxBytes;
    this.endsAtCr = endsAtCr;
  }

  /** Adds the next piece. All lines of the one before must have been taken. */
  add(piece: Buffer): void {
    this.piece = piece;
    this.at = 0;
    this.cr = this.endsAtCr ? piece.indexOf(CR) : -1;
  }

  /** The next line without its end. Undefined if it has not arrived completely. */
  next(): Buffer | undefined {
    const { piece } = this;
    if (this.at >= piece.length || this.isTooLong) return undefined;
    if (this.mayBeginWithLf) {
      this.mayBeginWithLf = false;
      if (piece[this.at] === LF && ++this.at === piece.length) return undefined;
    }
    const { at } = this;
    if (this.cr !== -1 && this.cr < at) this.cr = piece.indexOf(CR, at);
    const lf = piece.indexOf(LF, at);
    const isCr = this.cr !== -1 && (lf === -1 || this.cr < lf);
    const end = isCr ? this.cr : lf;
    if (end === -1) {
      this.begin(piece.subarray(at));
      this.at = piece.length;
      return undefined;
    }
    this.at = end + 1;
    this.mayBeginWithLf = isCr;
    return this.finish(piece.subarray(at, end));
  }

  /** The last line, if it has no end. To be called when all lines are taken. */
  last(): Buffer | undefined {
    return this.begunLength === 0 ? undefined : this.finish(NO_BYTES);
  }

  private begin(bytes: Buffer): void {
    const length = this.begunLength + bytes.length;
    if (length > this.maxBytes) {
      this.isTooLong = true;
      return;
    }
    if (length > this.begun.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.begun.length, FIRST_BUFFER));
      this.begun.copy(larger, 0, 0, this.begunLength);
      this.begun = larger;
    }
    bytes.copy(this.begun, this.begunLength);
    this.begunLength = length;
  }

  private finish(end: Buffer): Buffer | undefined {
    if (this.begunLength + end.length > this.maxBytes) {
      this.isTooLong = true;
      return undefined;
    }
    if (this.begunLength === 0) return end;
    this.begin(end);
    const line = this.begun.subarray(0, this.begunLength);
    // The line is passed on, so its memory is not used again.
    this.begun = NO_BYTES;
    this.begunLength = 0;
    return line;
  }
}
