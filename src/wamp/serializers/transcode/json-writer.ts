const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const SPACES = 0x20202020;
const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;
const ZERO = 0x30;
const LOWER_U = 0x75;
const HEX = '0123456789abcdef';

/** Memory that is kept from one text to the next; what more a text needed is given back. */
const KEPT_BYTES = 128 * 1024;
/** The longest that is written without asking for room: an escape, or what stands around a value. */
const SLACK = 16;

/** By character: the letter of its two-character escape (ECMA-262 section 25.5.2.3). */
const ESCAPES = new Uint8Array(BACKSLASH + 1);
for (const [letter, character] of ['""', '\\\\', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  ESCAPES[(character as string).charCodeAt(0)] = (letter as string).charCodeAt(0);
}

/** Writes JSON as bytes, one piece behind the other, as `JSON.stringify` would. A class, for speed: it is in all hot loops. */
export class JsonWriter {
  private kept = Buffer.allocUnsafeSlow(KEPT_BYTES);
  private bytes = this.kept;
  private view = viewOf(this.kept);
  private end = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.end;
  }

  /** A copy of what was written from `start` on. */
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

  /** A character of JSON's grammar. */
  sign(code: number): void {
    if (this.end === this.bytes.length) this.reserve(SLACK);
    this.bytes[this.end++] = code;
  }

  /** What has no characters but those of ASCII. */
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
   * A string, from bytes that are UTF-8.
   *
   * @param view on the same bytes
   * @returns false where it holds U+0000, which in JSON may stand for bytes; what was written is of no use then
   */
  text(source: Buffer, view: DataView, start: number, end: number): boolean {
    this.reserve(end - start + SLACK);
    let to = this.end;
    this.bytes[to++] = QUOTE;
    for (let at = start; at < end; ) {
      // Four bytes at once while none of them is special: of x - 1 and ~x both have a byte's upper bit where x has a 0.
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
    // `u00` and two digits.
    this.bytes[this.end++] = LOWER_U;
    this.bytes[this.end++] = ZERO;
    this.bytes[this.end++] = ZERO;
    this.bytes[this.end++] = HEX.charCodeAt(code >> 4);
    this.bytes[this.end++] = HEX.charCodeAt(code & 15);
  }

  /** Makes room for so many bytes more. */
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
