import type { ProcedureConfig, ServiceConfig } from '../../config/model.js';
import { sourceForShow } from '../../config/types/template.js';
import { HEADERS_KWARG } from '../pipeline/remaining.js';
import { templateArguments } from '../trials/trial-form.js';
import { errorsOf } from './describe-errors.js';
import type { JsonSchema, ProcedureDescription } from './description.js';
import { operationKwargs } from './operation-kwargs.js';
import { withDefs } from './reachable-defs.js';
import { resultSchema } from './result-schema.js';

/**
 * Describes a procedure: by its OpenAPI document, or by its templates. It has no secret, and no
 * address of the API.
 */
export function describeProcedure(service: ServiceConfig, procedure: ProcedureConfig): ProcedureDescription {
  const { settings, operation } = procedure;
  const defs = service.document?.defs ?? {};
  const kwargs =
    operation === undefined ? templateKwargs(procedure) : operationKwargs(service, procedure, operation);
  return {
    uri: settings.uri,
    realm: settings.realm,
    kind: 'procedure',
    description: [operation?.summary, operation?.description].filter(Boolean).join('\n\n'),
    format: 'json_schema_2020_12',
    kwargs_schema: withDefs(withHeaders(kwargs), defs),
    result_kwargs_schema: withDefs(resultSchema(procedure, defs), defs),
    errors: errorsOf(procedure),
    http: {
      method: settings.method.toUpperCase(),
      // Its query may contain a key.
      path: sourceForShow(settings.path).split('?', 1)[0] as string,
      service: service.name,
    },
  };
}

/** Each procedure takes HTTP headers (docs/calling.md). */
const withHeaders = (kwargs: JsonSchema): JsonSchema => ({
  ...kwargs,
  properties: {
    ...(kwargs['properties'] as object),
    [HEADERS_KWARG]: { type: 'object', description: 'HTTP headers of the request' },
  },
});

const TEXT = { type: ['string', 'number', 'boolean'] };

/** The kwargs that templates use. Other kwargs go where `remaining` says. */
function templateKwargs(procedure: ProcedureConfig): JsonSchema {
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
