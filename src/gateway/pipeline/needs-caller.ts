import { needsIdentity } from '../../auth/caller-values.js';
import type { ProcedureSettings, ServiceSettings, Template } from '../../config/model.js';
import { usesCaller } from './request/fill-template.js';

/** Whether the calls of a procedure need to know who calls. */
export function needsCaller(service: ServiceSettings, procedure: ProcedureSettings): boolean {
  return countsCallers(service) || needsIdentity(service) || hasCaller(procedure);
}

/** Whether a limit of the service counts the calls of each caller. */
export function countsCallers(service: ServiceSettings): boolean {
  return service['pool.max_waiting_per_caller'] > 0 || service['limit.per'] === 'caller';
}

/** Whether a template of the procedure has the identity of the caller, as in `{{caller.authid}}`. */
function hasCaller(settings: ProcedureSettings): boolean {
  const { path, query, headers, cookies, body, body_whole } = settings;
  const templates: readonly (Template | undefined)[] = [
    path,
    body_whole,
    ...[query, headers, cookies, body].flatMap((named) => named.map(({ template }) => template)),
  ];
  return templates.some((template) => template !== undefined && usesCaller(template));
}
