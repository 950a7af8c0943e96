import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';

/** True for the names that servers give to UTF-8, the wrong ones too (`utf8mb4` is MySQL's). */
export function isUtf8Named(charset: string): boolean {
  return charset === '' || charset === 'utf-8' || /^(utf[-_ ]?8|cp65001)/.test(charset);
}

/**
 * The text that bytes are, without a byte order mark. Bytes that are no text become U+FFFD.
 *
 * @param charset as the answer names it, in lower case. A byte order mark is the surer sign and goes before it (WHATWG
 *   Encoding §6.1). A name that nobody knows counts as UTF-8, which is the likeliest.
 */
export function decodeText(body: Buffer, charset: string): string {
  const named = charsetOf(body, charset);
  if (isUtf8Named(named)) {
    const text = body.toString('utf8');
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }
  const decoder = decoderFor(named);
  // As a stream: Node's decoder of windows-1252, which iso-8859-1 means too (WHATWG Encoding §4.2), errs in one go.
  return decoder.decode(body, { stream: true }) + decoder.decode();
}

/** The charset that a body is in: its own word goes before that of the answer. */
export function charsetOf(body: Buffer, charset: string): string {
  return charsetOfMark(body) ?? (charset === '' && !isUtf8(body) ? charsetOfXml(body) : charset);
}

/** True for a charset of which ASCII is a part and each byte beyond it a letter: what is valid UTF-8 is hardly meant so. */
export function isLatin1Named(charset: string): boolean {
  return decoderFor(charset).encoding === 'windows-1252';
}

function charsetOfMark(body: Buffer): string | undefined {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return 'utf-8';
  if (body[0] === 0xff && body[1] === 0xfe) return 'utf-16le';
  if (body[0] === 0xfe && body[1] === 0xff) return 'utf-16be';
  return undefined;
}

/** XML names its charset itself where nobody else does (RFC 7303 §3). */
function charsetOfXml(body: Buffer): string {
  const start = body.subarray(0, 200).toString('latin1');
  return /^<\?xml\s[^>]*?\bencoding\s*=\s*["']([\w.:-]+)["']/.exec(start)?.[1]?.toLowerCase() ?? '';
}

export function decoderFor(charset: string): TextDecoder {
  for (const label of [charset, commonName(charset)]) {
    try {
      return new TextDecoder(label);
    } catch {
      // Not a label of WHATWG Encoding §4.2.
    }
  }
  return new TextDecoder();
}

/** Names that are in use beside those of the standard: `win-1251`, `cp_1252`, `latin-1`, `ISO_8859_1`. */
function commonName(charset: string): string {
  return charset
    .replace(/^(?:windows|win|cp|ansi)[-_ ]?(\d+)$/, 'windows-$1')
    .replace(/^(?:iso)?[-_ ]?8859[-_ ](\d+)(?::\d+)?$/, 'iso-8859-$1')
    .replace(/^latin[-_ ](\d+)$/, 'latin$1')
    .replace(/^latin9$/, 'iso-8859-15')
    .replace(/^cp[-_]?932$/, 'shift_jis')
    .replace(/^windows-932$/, 'shift_jis')
    .replace(/^windows-936$/, 'gbk')
    .replace(/^windows-949$/, 'euc-kr')
    .replace(/^windows-950$/, 'big5')
    .replace(/^koi8[-_]?([ru])$/, 'koi8-$1')
    .replace(/^euc[-_]?(jp|kr)$/, 'euc-$1')
    .replace(/^utf[-_ ]?16$/, 'utf-16le')
    .replace(/^utf[-_ ]?16[-_ ]?([lb]e)$/, 'utf-16$1');
}
