import type { ProcedureDescription } from '../gateway/descriptions/description.js';

/** A procedure with the name of its operation. */
export interface NamedProcedure {
  readonly name: string;
  readonly description: ProcedureDescription;
}

/** In the order of the configuration. */
export function proceduresByService(
  procedures: readonly NamedProcedure[],
): readonly (readonly [service: string, procedures: readonly NamedProcedure[]])[] {
  const found = new Map<string, NamedProcedure[]>();
  for (const procedure of procedures) {
    const { service } = procedure.description.http;
    const known = found.get(service);
    if (known === undefined) found.set(service, [procedure]);
    else known.push(procedure);
  }
  return [...found];
}

/** What a reader of the method wants to know. */
export function methodComment({ uri, description, http, errors }: ProcedureDescription): string {
  // Those of a range are the same for most methods.
  const ofApi = errors.filter(({ status, range }) => status !== undefined && range === undefined);
  return [
    description.trim(),
    `\`${uri}\`: ${http.method} ${http.path}`,
    ofApi.map((each) => `@throws ${each.uri} (${each.status}) ${firstLine(each.description)}`).join('\n'),
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}

const firstLine = (text: string): string => text.trim().split(/[\r\n]/, 1)[0] ?? '';
