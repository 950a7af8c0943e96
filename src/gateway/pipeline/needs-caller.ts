import type { ProcedureSettings, Template } from '../../config/model.js';
import { usesCaller } from './fill-template.js';

/** Whether a template of the procedure has the identity of the caller, as in `{{caller.authid}}`. */
export function needsCaller(settings: ProcedureSettings): boolean {
  const { path, query, headers, cookies, body, body_whole } = settings;
  const templates: readonly (Template | undefined)[] = [
    path,
    body_whole,
    ...[query, headers, cookies, body].flatMap((named) => named.map(({ template }) => template)),
  ];
  return templates.some((template) => template !== undefined && usesCaller(template));
}
