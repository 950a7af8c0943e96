/** How a body of some media type is read when nobody says otherwise. */
export type BodyReading = 'json' | 'text' | 'bytes';

/** What a Content-Type field says. */
export interface MediaType {
  readonly reading: BodyReading;
  /** The `charset` parameter in lower case; empty where there is none. */
  readonly charset: string;
}

/** The words of a subtype that stand for a sequence of JSON texts, which is no JSON text itself. */
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

/** The first media type ends here: parameters follow, or what some servers write there by mistake. */
const END_OF_TYPE = /[;,\s]/;
const CHARSET = /[;,\s]charset\s*=\s*["']?([^\s"';,]+)/i;

/**
 * Reads a Content-Type field as leniently as servers write it (RFC 9110 §8.3): a comma in place of the semicolon, or a
 * second type behind the first, change nothing.
 *
 * @param field undefined where the answer has none; it counts as JSON then, which is what the request accepts.
 */
export function readMediaType(field: string | undefined): MediaType {
  const text = field?.trim() ?? '';
  const end = text.search(END_OF_TYPE);
  const type = (end < 0 ? text : text.slice(0, end)).toLowerCase();
  const charset = (end < 0 ? undefined : CHARSET.exec(text)?.[1])?.toLowerCase() ?? '';
  return { reading: type === '' ? 'json' : readingOf(type), charset };
}

/** Subtypes are built of words: `vnd.api+json`, `x-amz-json-1.1`, `problem+xml` (RFC 6838 §4.2). */
function readingOf(type: string): BodyReading {
  const slash = type.indexOf('/');
  // A bare `json` or `text` is no media type, and yet clear.
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
