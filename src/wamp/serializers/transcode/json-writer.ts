const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const SPACES = 0x20202020;
const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;
const ZERO = 0x30;
const LOWER_U = 0x75;
const HEX = '0123456789abcdef';

/** Memory that is kept for the next text. Larger memory is released. */
const KEPT_BYTES = 128 * 1024;
/**
 * Reserved bytes for parts that are written without a check: an escape, or the characters around a
 * value.
 */
const SLACK = 16;

/** By character: the letter of its two-character escape (ECMA-262 section 25.5.2.3). */
const ESCAPES = new Uint8Array(BACKSLASH + 1);
for (const [letter, character] of ['""', '\\\\', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  ESCAPES[(character as string).charCodeAt(0)] = (letter as string).charCodeAt(0);
}

/**
 * Writes JSON as bytes, in the notation of `JSON.stringify`. It is a class for speed in hot loops.
 */
export class JsonWriter {
  private kept = Buffer.allocUnsafeSlow(KEPT_BYTES);
  private bytes = this.kept;
  private view = viewOf(this.kept);
  private end = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.end;
  }

  /** Copies the bytes written from `start` on. */
  copy(start: number): Buffer {
    const copy = Buffer.allocUnsafeSlow(this.end - start);
    this.bytes.copy(copy, 0, start, this.end);
    return copy;
  }

  clear(): void {
    this.end = 0;
    if (this.bytes === this.kept) return;
    this.bytes = this.kept;
    this.view = viewOf(this.kept);
  }

  /** Writes a structural character. */
  sign(code: number): void {
    if (this.end === this.bytes.length) this.reserve(SLACK);
    this.bytes[this.end++] = code;
  }

  /** Writes text that must be ASCII. */
  ascii(text: string): void {
    this.reserve(text.length);
    for (let index = 0; index < text.length; index++) this.bytes[this.end++] = text.charCodeAt(index);
  }

  /** @param number finite */
  number(number: number | bigint): void {
    if (typeof number === 'number' && number >= 0 && number < 10 && Number.isInteger(number)) {
      this.sign(ZERO + number);
    } else {
      this.ascii(String(number));
    }
  }

  /**
   * Writes a string from bytes in UTF-8.
   *
   * @param view a view of the same bytes
   * @returns false if the string contains U+0000, because such text may represent bytes in JSON.
   * Then the output is unusable.
   */
  text(source: Buffer, view: DataView, start: number, end: number): boolean {
    this.reserve(end - start + SLACK);
    let to = this.end;
    this.bytes[to++] = QUOTE;
    for (let at = start; at < end; ) {
      // Copies four bytes at once if none is special. (x - 1) & ~x has the upper bit set if a byte
      // is 0.
      for (; at + 4 <= end; at += 4) {
        const four = view.getInt32(at, true);
        const quotes = four ^ QUOTES;
        const backslashes = four ^ BACKSLASHES;
        const special =
          ((quotes - 0x01010101) & ~quotes) |
          ((backslashes - 0x01010101) & ~backslashes) |
          ((four - SPACES) & ~four);
        if ((special & 0x80808080) !== 0) break;
        this.view.setInt32(to, four, true);
        to += 4;
      }
      if (at === end) break;
      const byte = source[at++] as number;
      if (byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH) {
        this.bytes[to++] = byte;
        continue;
      }
      if (byte === 0) return false;
      this.end = to;
      this.escape(byte);
      this.reserve(end - at + SLACK);
      to = this.end;
    }
    this.bytes[to++] = QUOTE;
    this.end = to;
    return true;
  }

  private escape(code: number): void {
    this.bytes[this.end++] = BACKSLASH;
    const letter = ESCAPES[code] as number;
    if (letter !== 0) {
      this.bytes[this.end++] = letter;
      return;
    }
    // `u00` and two hexadecimal digits.
    this.bytes[this.end++] = LOWER_U;
    this.bytes[this.end++] = ZERO;
    this.bytes[this.end++] = ZERO;
    this.bytes[this.end++] = HEX.charCodeAt(code >> 4);
    this.bytes[this.end++] = HEX.charCodeAt(code & 15);
  }

  /** Ensures that there is memory for `more` bytes. */
  private reserve(more: number): void {
    if (this.end + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (this.end + more));
    this.bytes.copy(larger, 0, 0, this.end);
    this.bytes = larger;
    this.view = viewOf(larger);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
