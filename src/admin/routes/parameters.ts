import type { FastifyRequest } from 'fastify';

/**
 * Says which parameter of a request is unknown, in its query or its body. A parameter that has no
 * effect must not pass: with a typo in `dry_run`, a reload would happen.
 *
 * @returns undefined if all are known
 */
export function unknownIn(request: FastifyRequest, known: readonly string[]): string | undefined {
  const names = [...Object.keys(request.query as object), ...Object.keys((request.body ?? {}) as object)];
  if (names.every((name) => known.includes(name))) return undefined;
  return known.length === 0
    ? 'This path has no parameters.'
    : `This path has no parameters other than ${known.join(', ')}.`;
}
