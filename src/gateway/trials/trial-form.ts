import { MASK } from '../../auth/fill-vars.js';
import type { NamedTemplate, ProcedureConfig, ServiceConfig, Template } from '../../config/model.js';
import { isSecretName } from '../../config/secret-names.js';
import { sourceForShow } from '../../config/types/template.js';
import type { ArgumentPlace, TrialArgument, TrialForm } from '../../status/trial.js';
import { maskProcedure } from '../mask-procedure.js';
import { kwargVariables } from '../pipeline/request/fill-template.js';
import { operationArguments } from './operation-arguments.js';

/**
 * Describes the keyword arguments of a procedure, from its OpenAPI document or its templates. It
 * holds no secret.
 */
export function trialForm(
  service: ServiceConfig,
  procedure: ProcedureConfig,
): Omit<TrialForm, 'calls_allowed'> {
  const { settings, operation } = procedure;
  return {
    uri: settings.uri,
    realm: settings.realm,
    service: procedure.service,
    method: settings.method.toUpperCase(),
    // Its query may contain a key.
    path: sourceForShow(settings.path).split('?', 1)[0] as string,
    arguments:
      operation === undefined
        ? templateArguments(procedure)
        : withTemplates(operationArguments(service, procedure, operation), templateArguments(procedure)),
    remaining: settings.remaining,
  };
}

/** The keys of a procedure may have templates beside the document. They may use its kwargs, too. */
function withTemplates(
  ofOperation: readonly TrialArgument[],
  ofTemplates: readonly TrialArgument[],
): readonly TrialArgument[] {
  const known = new Map(ofOperation.map((each) => [each.name, each]));
  for (const each of ofTemplates) {
    const first = known.get(each.name) ?? each;
    known.set(each.name, {
      ...first,
      places: [...new Set([...first.places, ...each.places])],
      required: first.required || each.required,
    });
  }
  return [...known.values()];
}

/** In the order in which the templates name them: path, query, header, cookie, body. */
export function templateArguments(procedure: ProcedureConfig): readonly TrialArgument[] {
  const { settings } = maskProcedure(procedure, () => MASK);
  const { path, query, headers, cookies, body, body_whole: whole } = settings;
  const found = new Map<string, TrialArgument>();

  /** @param target the name of the header, parameter or field that the template fills */
  function add(place: ArgumentPlace, target: string, template: Template): void {
    for (const { name, defaultText } of kwargVariables(template)) {
      const known = found.get(name);
      const places = known?.places ?? [];
      const isSecret = isSecretName(target) || isSecretName(name);
      found.set(name, {
        name,
        places: places.includes(place) ? places : [...places, place],
        // Only the path cannot be sent without a value.
        required: known?.required === true || (place === 'path' && defaultText === undefined),
        default: known?.default ?? (isSecret && defaultText ? MASK : defaultText) ?? null,
        type: null,
        choices: null,
        description: null,
      });
    }
  }

  const addAll = (place: ArgumentPlace, templates: readonly NamedTemplate[]): void => {
    for (const { name, template } of templates) add(place, name, template);
  };
  add('path', '', path);
  addAll('query', query);
  addAll('header', headers);
  addAll('cookie', cookies);
  addAll('body', body);
  if (whole !== undefined) add('body', '', whole);
  return [...found.values()];
}
