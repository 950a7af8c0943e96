/** The directives of Cache-Control fields, by their names in lower case (RFC 9111 §5.2). */
export type Directives = ReadonlyMap<string, string>;

/** A name, and a value as a token or in quotes. */
const DIRECTIVE = /([^\s,;="]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?|"(?:[^"\\]|\\.)*"/g;

/**
 * Reads Cache-Control fields. If a directive occurs twice, the first one counts (RFC 9111 §4.2.1). A
 * directive without a value has an empty text.
 */
export function readDirectives(fields: readonly string[]): Directives {
  const directives = new Map<string, string>();
  for (const [, name, quoted, plain] of fields.join(', ').matchAll(DIRECTIVE)) {
    if (name === undefined) continue;
    const key = name.toLowerCase();
    if (!directives.has(key)) directives.set(key, quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '');
  }
  return directives;
}

/** The largest number of seconds that a cache must understand (RFC 9111 §1.2.2). */
const MAX_SECONDS = 2 ** 31;

/**
 * The seconds of a directive in milliseconds. Undefined without the directive. A value that is not a
 * number counts as 0, so a response with such a lifetime is stale (RFC 9111 §4.2.1).
 */
export function msOf(directives: Directives, name: string): number | undefined {
  const value = directives.get(name);
  if (value === undefined) return undefined;
  return /^\d+$/.test(value) ? Math.min(Number(value), MAX_SECONDS) * 1_000 : 0;
}
