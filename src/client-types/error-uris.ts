import type { ProcedureDescription } from '../gateway/descriptions/description.js';

/** The URIs of errors that every procedure may have: those of the gateway itself. */
export function ownErrorsIn(descriptions: readonly ProcedureDescription[]): readonly string[] {
  const own = descriptions.flatMap(({ errors }) => errors.filter(({ status }) => status === undefined));
  return [...new Set(own.map(({ uri }) => uri))];
}
