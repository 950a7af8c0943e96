const ESCAPE = /%([0-9a-f]{2})/gi;
/** An escape that Microsoft's servers accept. No standard defines it. */
const LONG_ESCAPE = /%u00([0-9a-f]{2})/gi;
/**
 * Overlong UTF-8 for `.`, `/` and `\` in 2, 3 or 4 bytes. Lenient decoders accept it (RFC 3629
 * §10).
 */
const OVERLONG = /(?:\xc0|\xe0\x80|\xf0\x80\x80)([\xae\xaf])|(?:\xc1|\xe0\x81|\xf0\x80\x81)(\x9c)/g;

/**
 * Percent-decodes like a lenient server: an invalid escape stays unchanged. Each byte becomes the
 * character with the same code.
 */
export function decodeOnce(text: string): string {
  return text
    .replace(LONG_ESCAPE, '%$1')
    .replace(ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(OVERLONG, (_, dotOrSlash: string | undefined) => {
      if (dotOrSlash === undefined) return '\\';
      return dotOrSlash === '\xae' ? '.' : '/';
    });
}
