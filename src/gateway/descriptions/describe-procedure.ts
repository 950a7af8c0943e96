import type { ProcedureConfig, ServiceConfig } from '../../config/model.js';
import { sourceForShow } from '../../config/types/template.js';
import type { Schema } from '../../openapi/model/api-model.js';
import { type Direction, sentSchema } from '../../openapi/model/sent-schema.js';
import { HEADERS_KWARG } from '../pipeline/request/remaining.js';
import { templateArguments } from '../trials/trial-form.js';
import { errorsOf } from './describe-errors.js';
import type { JsonSchema, ObjectSchema, ProcedureDescription } from './description.js';
import { operationKwargs } from './operation-kwargs.js';
import { progressSchema } from './progress-schema.js';
import { withDefs } from './reachable-defs.js';
import { resultSchema } from './result-schema.js';

/**
 * Describes a procedure: by its OpenAPI document, or by its templates. It has no secret, and no
 * address of the API.
 */
export function describeProcedure(service: ServiceConfig, procedure: ProcedureConfig): ProcedureDescription {
  return describerOf(service)(procedure);
}

/** Describes procedures of one service. Faster than {@link describeProcedure} for many. */
export function describerOf(service: ServiceConfig): (procedure: ProcedureConfig) => ProcedureDescription {
  const defs = service.document?.defs ?? {};
  const requestDef = sentDefs('request', defs);
  const responseDef = sentDefs('response', defs);
  return (procedure) => {
    const { settings, operation } = procedure;
    const ofTemplates = templateKwargs(procedure);
    const kwargs =
      operation === undefined
        ? ofTemplates
        : withTemplates(operationKwargs(service, procedure, operation), ofTemplates);
    const progress = progressSchema(procedure, defs);
    return {
      uri: settings.uri,
      realm: settings.realm,
      kind: 'procedure',
      description: [operation?.summary, operation?.description].filter(Boolean).join('\n\n'),
      format: 'json_schema_2020_12',
      kwargs_schema: withDefs(withHeaders(kwargs), requestDef),
      result_kwargs_schema: withDefs(resultSchema(procedure, defs), responseDef),
      ...(progress !== undefined && { progress_kwargs_schema: withDefs(progress, responseDef) }),
      errors: errorsOf(procedure),
      http: {
        method: settings.method.toUpperCase(),
        // Its query may contain a key.
        path: sourceForShow(settings.path).split('?', 1)[0] as string,
        service: service.name,
      },
    };
  };
}

/** Adapts each schema once, when it is needed. */
function sentDefs(
  direction: Direction,
  defs: Readonly<Record<string, Schema>>,
): (name: string) => Schema | undefined {
  const known = new Map<string, Schema>();
  return (name) => {
    let def = known.get(name);
    if (def === undefined && Object.hasOwn(defs, name)) {
      def = sentSchema(defs[name] as Schema, direction, defs);
      known.set(name, def);
    }
    return def;
  };
}

/** The keys of a procedure may have templates beside the document. They may use its kwargs, too. */
function withTemplates(operation: ObjectSchema, templates: ObjectSchema): ObjectSchema {
  return {
    ...operation,
    properties: Object.fromEntries([
      ...Object.entries(operation.properties),
      ...Object.entries(templates.properties).filter(([name]) => !Object.hasOwn(operation.properties, name)),
    ]),
    required: [...new Set([...operation.required, ...templates.required])],
  };
}

/** Each procedure takes HTTP headers (docs/calling.md). */
const withHeaders = (kwargs: ObjectSchema): JsonSchema => ({
  ...kwargs,
  properties: {
    ...kwargs.properties,
    [HEADERS_KWARG]: { type: 'object', description: 'HTTP headers of the request' },
  },
});

const TEXT = { type: ['string', 'number', 'boolean'] };

/** The kwargs that templates use. Other kwargs go where `remaining` says. */
function templateKwargs(procedure: ProcedureConfig): ObjectSchema {
  const all = templateArguments(procedure);
  const { remaining } = procedure.settings;
  return {
    type: 'object',
    properties: Object.fromEntries(
      all.map(({ name, places, default: preset }) => [
        name,
        {
          // A body takes any JSON. A query takes lists too.
          ...(places.every((place) => place === 'path' || place === 'cookie') && TEXT),
          ...(preset !== null && { default: preset }),
        },
      ]),
    ),
    required: all.filter(({ required }) => required).map(({ name }) => name),
    additionalProperties: remaining !== 'refuse',
  };
}
