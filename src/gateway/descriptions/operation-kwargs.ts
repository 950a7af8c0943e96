import { describeCredential } from '../../auth/credential.js';
import type { ProcedureConfig, ServiceConfig } from '../../config/model.js';
import type { Operation, Parameter, Schema } from '../../openapi/model/api-model.js';
import { givenNames } from '../pipeline/operation/given-names.js';
import { compileOperationBody } from '../pipeline/operation/operation-body.js';
import { isOperationPath } from '../pipeline/operation/operation-path.js';
import type { JsonSchema } from './description.js';

/** The kwargs of an operation of a document, without those that the configuration fills. */
export function operationKwargs(
  { settings }: ServiceConfig,
  procedure: ProcedureConfig,
  operation: Operation,
): JsonSchema {
  const given = givenNames(procedure, {
    literalQuery: '',
    credential: describeCredential(settings),
    isOwnPath: !isOperationPath(operation, procedure.settings.path),
  });
  const parameters = operation.parameters.filter((parameter) => !given.isGiven(parameter));
  const { fields, isRequired } = compileOperationBody(operation, procedure, given);
  return {
    type: 'object',
    properties: Object.fromEntries([
      ...parameters.map((parameter) => [parameter.kwarg, parameterSchema(parameter)]),
      ...fields.map(({ kwarg, schema }) => [kwarg, objectSchema(schema)]),
    ]),
    required: [
      ...parameters.filter((parameter) => parameter.isRequired).map(({ kwarg }) => kwarg),
      // The fields of an optional body are required once one of them is given.
      ...(isRequired ? fields.filter((field) => field.isRequired).map(({ kwarg }) => kwarg) : []),
    ],
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
