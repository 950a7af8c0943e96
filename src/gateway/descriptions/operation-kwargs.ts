import type { ProcedureConfig, ServiceConfig } from '../../config/model.js';
import type { Operation, Parameter, Schema } from '../../openapi/model/api-model.js';
import { sentSchema } from '../../openapi/model/sent-schema.js';
import type { JsonSchema, ObjectSchema } from './description.js';
import { fileSchema } from './file-schema.js';
import { takenKwargs } from './taken-kwargs.js';

/** The schema of the kwargs of an operation of a document. */
export function operationKwargs(
  service: ServiceConfig,
  procedure: ProcedureConfig,
  operation: Operation,
): ObjectSchema {
  const { parameters, fields, isBodyRequired } = takenKwargs(service, procedure, operation);
  const defs = service.document?.defs ?? {};
  const sent = (schema: Schema) => sentSchema(schema, 'request', defs);
  const required = [...parameters, ...(isBodyRequired ? fields : [])].filter(({ isRequired }) => isRequired);
  return {
    type: 'object',
    properties: Object.fromEntries([
      ...parameters.map((parameter) => [
        parameter.kwarg,
        parameterSchema({ ...parameter, schema: sent(parameter.schema) }),
      ]),
      ...fields.map(({ kwarg, schema, isFile }) => [
        kwarg,
        isFile ? fileSchema(schema, defs) : objectSchema(sent(schema)),
      ]),
    ]),
    required: required.map(({ kwarg }) => kwarg),
    additionalProperties: procedure.settings.remaining !== 'refuse',
  };
}

function parameterSchema({ schema, description, isDeprecated }: Parameter): JsonSchema {
  return {
    ...objectSchema(schema),
    ...(description !== undefined && { description }),
    ...(isDeprecated && { deprecated: true }),
  };
}

/** The schema `true` allows everything, and `false` nothing. */
export function objectSchema(schema: Schema): JsonSchema {
  if (typeof schema !== 'boolean') return schema;
  return schema ? {} : { not: {} };
}
