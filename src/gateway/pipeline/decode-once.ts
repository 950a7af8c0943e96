const ESCAPE = /%([0-9a-f]{2})/gi;
/** Of Microsoft's servers: no standard has it. */
const LONG_ESCAPE = /%u00([0-9a-f]{2})/gi;
/** Overlong UTF-8 of `.`, `/` and `\`, of two, three and four bytes: lenient decoders take it (RFC 3629 §10). */
const OVERLONG = /(?:\xc0|\xe0\x80|\xf0\x80\x80)([\xae\xaf])|(?:\xc1|\xe0\x81|\xf0\x80\x81)(\x9c)/g;

/** Percent-decodes as a lenient server does: what is no escape stays. Bytes become characters of the same number. */
export function decodeOnce(text: string): string {
  return text
    .replace(LONG_ESCAPE, '%$1')
    .replace(ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(OVERLONG, (_, dotOrSlash: string | undefined) => {
      if (dotOrSlash === undefined) return '\\';
      return dotOrSlash === '\xae' ? '.' : '/';
    });
}
