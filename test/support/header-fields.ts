import type { ResponseHeaders } from '../../src/upstream/response-headers.js';

/** Header fields as a response has them: octets, and one pair for each value. */
export function headerFields(
  fields: Readonly<Record<string, string | readonly string[] | undefined>>,
): ResponseHeaders {
  return Object.entries(fields).flatMap(([name, value]) =>
    [value ?? []].flat().flatMap((one) => [Buffer.from(name), Buffer.from(one, 'latin1')]),
  );
}
