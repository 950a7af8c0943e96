import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';

/**
 * True for the names that servers use for UTF-8, including wrong ones (`utf8mb4` is a name from
 * MySQL).
 */
export function isUtf8Named(charset: string): boolean {
  return charset === '' || charset === 'utf-8' || /^(utf[-_ ]?8|cp65001)/.test(charset);
}

/**
 * Decodes bytes to text, without a byte order mark. Invalid bytes become U+FFFD.
 *
 * @param charset the charset of the response, in lower case. A byte order mark takes precedence
 *   (WHATWG Encoding §6.1). An unknown name counts as UTF-8.
 */
export function decodeText(body: Buffer, charset: string): string {
  const named = charsetOf(body, charset);
  if (isUtf8Named(named)) {
    const text = body.toString('utf8');
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }
  const decoder = decoderFor(named);
  // Uses the option `stream`, because without it Node's decoder for windows-1252 (also iso-8859-1,
  // §4.2) is wrong.
  return decoder.decode(body, { stream: true }) + decoder.decode();
}

/** The charset of a body. A byte order mark takes precedence over the charset of the response. */
export function charsetOf(body: Buffer, charset: string): string {
  return charsetOfMark(body) ?? (charset === '' && !isUtf8(body) ? charsetOfXml(body) : charset);
}

/** True for windows-1252 and its other names. Text in this charset is rarely valid UTF-8. */
export function isLatin1Named(charset: string): boolean {
  return decoderFor(charset).encoding === 'windows-1252';
}

function charsetOfMark(body: Buffer): string | undefined {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return 'utf-8';
  if (body[0] === 0xff && body[1] === 0xfe) return 'utf-16le';
  if (body[0] === 0xfe && body[1] === 0xff) return 'utf-16be';
  return undefined;
}

/** The charset in an XML declaration. It applies if there is no other charset (RFC 7303 §3). */
function charsetOfXml(body: Buffer): string {
  const start = body.subarray(0, 200).toString('latin1');
  return /^<\?xml\s[^>]*?\bencoding\s*=\s*["']([\w.:-]+)["']/.exec(start)?.[1]?.toLowerCase() ?? '';
}

export function decoderFor(charset: string): TextDecoder {
  for (const label of [charset, commonName(charset)]) {
    try {
      return new TextDecoder(label);
    } catch {
      // The charset is not a label of WHATWG Encoding §4.2.
    }
  }
  return new TextDecoder();
}

/**
 * Replaces common wrong names by standard ones, for example `win-1251`, `cp_1252`, `latin-1`,
 * `ISO_8859_1`.
 */
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
