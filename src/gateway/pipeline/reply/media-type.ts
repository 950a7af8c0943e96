/** How a body of a media type is read by default. */
export type BodyReading = 'json' | 'text' | 'bytes';

/** The content of a Content-Type field. */
export interface MediaType {
  readonly reading: BodyReading;
  /** The `charset` parameter in lower case; empty if there is none. */
  readonly charset: string;
}

/** Subtypes for a sequence of JSON texts. A sequence is not a JSON text. */
const JSON_SEQUENCE = /(^|\+|x-)json-seq$/;
const TEXT_WORDS: ReadonlySet<string> = new Set([
  'xml',
  'yaml',
  'javascript',
  'ecmascript',
  'typescript',
  'ndjson',
  'jsonl',
  'jsonlines',
  'json5',
  'jsonc',
  'graphql',
  'csv',
  'toml',
  'sql',
  'jwt',
]);
const TEXT_SUBTYPES: ReadonlySet<string> = new Set([
  'x-www-form-urlencoded',
  'pem-certificate-chain',
  'x-pem-file',
]);

/**
 * The end of the first media type. Parameters follow, or something that a server adds by mistake.
 */
const END_OF_TYPE = /[;,\s]/;
const CHARSET = /[;,\s]charset\s*=\s*["']?([^\s"';,]+)/i;

/**
 * Reads a Content-Type field (RFC 9110 §8.3). It is lenient, because servers are not exact. It
 * accepts a comma instead of the semicolon, and ignores a second type after the first.
 *
 * @param field undefined if the response has no Content-Type. It then counts as JSON, because the
 * request accepts JSON.
 */
export function readMediaType(field: string | undefined): MediaType {
  const text = field?.trim() ?? '';
  const end = text.search(END_OF_TYPE);
  const type = (end < 0 ? text : text.slice(0, end)).toLowerCase();
  const charset = (end < 0 ? undefined : CHARSET.exec(text)?.[1])?.toLowerCase() ?? '';
  return { reading: type === '' ? 'json' : readingOf(type), charset };
}

/** Subtypes consist of words: `vnd.api+json`, `x-amz-json-1.1`, `problem+xml` (RFC 6838 §4.2). */
function readingOf(type: string): BodyReading {
  const slash = type.indexOf('/');
  // Without a slash, `json` or `text` is not a media type, but its meaning is clear.
  const subtype = type.slice(slash + 1);
  const words = subtype.split(/[.+-]/);
  if (words.includes('json')) return JSON_SEQUENCE.test(subtype) ? 'text' : 'json';
  const isText =
    type.startsWith('text/') ||
    type === 'text' ||
    TEXT_SUBTYPES.has(subtype) ||
    words.some((word) => TEXT_WORDS.has(word));
  return isText ? 'text' : 'bytes';
}
