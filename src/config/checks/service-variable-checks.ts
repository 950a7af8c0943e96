import type { ProcedureDraft, ServiceDraft } from '../drafts.js';
import type { MemberName } from '../read-settings.js';
import { serviceVariableOf, type Template, variablesOf } from '../types/template.js';
import { definedVariables } from './variable-checks.js';

/** Families of templates that a call fills, in services and procedures. */
const FAMILIES = ['headers.$name', 'query.$name', 'cookies.$name'] as const;

/** A template that a call fills, with functions that report problems at its line. */
interface CallTemplate {
  readonly template: Template;
  readonly inHeader: boolean;
  readonly report: (message: string) => void;
  readonly notify: (message: string) => void;
}

/**
 * Checks `{{vars.name}}` in templates that a call fills: the service must define the variable. It
 * adds a notice for a kwarg with the same name as a variable of the service. The author of
 * `{{api_key}}` may mean the secret, but every caller could choose its value.
 */
export function checkServiceVariables(service: ServiceDraft): void {
  const defined = definedVariables(service);
  for (const { template, report, notify } of callTemplates(service)) {
    for (const variable of variablesOf(template)) {
      const name = serviceVariableOf(variable);
      if (name === undefined) {
        if (defined.has(variable.name)) {
          notify(
            'a variable in this value is a kwarg of the caller, although an auth variable has the same name; write {{vars.NAME}} for the auth variable',
          );
        }
      } else if (!defined.has(name) && variable.defaultText === undefined) {
        const known = [...defined].map((each) => `vars.${each}`).join(', ');
        report(
          known === ''
            ? 'a {{vars.NAME}} in this value is not defined; auth.vars and auth.secrets.vars define no variable'
            : `a {{vars.NAME}} in this value is not defined; defined are: ${known}`,
        );
      }
    }
  }
}

/**
 * The variables of the service in templates that a call fills; with `inHeader` only those in
 * headers.
 */
export function variablesOfCalls(service: ServiceDraft, { inHeader = false } = {}): readonly string[] {
  return callTemplates(service)
    .filter((each) => each.inHeader || !inHeader)
    .flatMap(({ template }) =>
      variablesOf(template).flatMap((variable) => serviceVariableOf(variable) ?? []),
    );
}

function callTemplates(service: ServiceDraft): readonly CallTemplate[] {
  return [
    shared(service),
    ...service.procedures.flatMap((procedure) => [shared(procedure), own(procedure)]),
  ].flat();
}

function shared(draft: ServiceDraft | ProcedureDraft): readonly CallTemplate[] {
  return FAMILIES.flatMap((key) => {
    const templates = draft.settings[key.slice(0, key.indexOf('.')) as 'headers' | 'query' | 'cookies'] ?? [];
    return templates.map(({ name, template }) => ({
      template,
      inHeader: key === 'headers.$name',
      report: (message: string) => draft.report(key, message, { name }),
      notify: (message: string) => draft.notify(key, message, { name }),
    }));
  });
}

function own(procedure: ProcedureDraft): readonly CallTemplate[] {
  const { path, body = [], body_whole: whole } = procedure.settings;
  const at = (
    key: 'path' | 'body' | 'body.$name',
    template: Template,
    member?: MemberName,
  ): CallTemplate => ({
    template,
    inHeader: false,
    report: (message) => procedure.report(key, message, member),
    notify: (message) => procedure.notify(key, message, member),
  });
  return [
    ...(path === undefined ? [] : [at('path', path)]),
    ...(whole === undefined ? [] : [at('body', whole)]),
    ...body.map(({ name, template }) => at('body.$name', template, { name })),
  ];
}
