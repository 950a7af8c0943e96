/**
 * Encodes URLs so that every server derives the same text from them: each byte but the unreserved
 * characters (RFC 3986 section 2.3) is percent-encoded. AWS compares signatures of such texts.
 */

const RESERVED = /[!'()*]/g;

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    RESERVED,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Text that is no UTF-8 stays as it is. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** @param path percent-encoded */
export function strictPath(path: string): string {
  return path
    .split('/')
    .map((segment) => {
      const decoded = decode(segment);
      return decoded === undefined ? segment : encode(decoded);
    })
    .join('/');
}

export interface StrictQuery {
  readonly text: string;
  /** The decoded values of each name, in order. */
  readonly values: Readonly<Record<string, string[]>>;
}

/** @param query percent-encoded, where `+` is a space as in a form */
export function strictQuery(query: string): StrictQuery {
  const values: Record<string, string[]> = Object.create(null);
  const pairs: string[] = [];
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const [name, value] = (at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]).map((part) => {
      const text = part.replaceAll('+', '%20');
      return decode(text) ?? text;
    }) as [string, string];
    values[name] ??= [];
    values[name].push(value);
    pairs.push(`${encode(name)}=${encode(value)}`);
  }
  return { text: pairs.join('&'), values: { ...values } };
}
