import { operationText } from '../../openapi/model/api-model.js';
import type { ProcedureDraft, ServiceDraft } from '../drafts.js';

/** A procedure with a URI. */
interface Use {
  readonly service: ServiceDraft;
  readonly procedure: ProcedureDraft;
}

/** Reports URIs that two procedures of a realm have. */
export function checkUris(services: readonly ServiceDraft[]): void {
  const seen = new Map<string, Use>();
  for (const service of services) {
    for (const procedure of service.procedures) {
      const { uri, realm } = procedure.settings;
      if (uri === undefined || realm === undefined) continue;
      const id = `${realm} ${uri}`;
      const earlier = seen.get(id);
      if (earlier === undefined) seen.set(id, { service, procedure });
      else reportClash(earlier, { service, procedure });
    }
  }
}

function reportClash(earlier: Use, later: Use): void {
  const { procedure, service } = later;
  // The keys of such an id count for both operations, so they cannot tell them apart.
  const isSameId = earlier.service === service && earlier.procedure.name === procedure.name;
  const where = placeOf(earlier, isSameId);
  if (procedure.operation === undefined || (procedure.entry('uri') !== undefined && !isSameId)) {
    procedure.report('uri', `the same URI is already used in this realm at ${where}`);
    return;
  }
  const wayOut = isSameId
    ? 'leave one out with openapi.exclude, or set openapi.naming = path'
    : `set procedures.${procedure.name}.uri`;
  procedure.reportOperation?.(`has the same URI as ${where}; ${wayOut}`);
}

/** @param isInDocument whether the place is that of the operation, although a line sets the URI */
function placeOf({ service, procedure }: Use, isInDocument: boolean): string {
  const entry = isInDocument ? undefined : procedure.entry('uri');
  if (entry !== undefined) return `${entry.file}:${entry.line}`;
  const { operation } = procedure;
  if (operation === undefined) return procedure.name;
  return `${operationText(operation)} (${service.document?.shown(operation.file)}:${operation.line})`;
}
