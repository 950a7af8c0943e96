import { describeCredential } from '../../auth/credential.js';
import type { ProcedureConfig, ServiceConfig } from '../../config/model.js';
import type { Operation, Parameter } from '../../openapi/model/api-model.js';
import { givenNames } from '../pipeline/operation/given-names.js';
import { type BodyTaker, compileOperationBody } from '../pipeline/operation/operation-body.js';
import { isOperationPath } from '../pipeline/operation/operation-path.js';

/** What callers can give to an operation. */
export interface TakenKwargs {
  readonly parameters: readonly Parameter[];
  /** The fields of the body, or the one kwarg of the whole body. */
  readonly fields: readonly BodyTaker[];
  /** The required fields of an optional body are required once one of its fields is given. */
  readonly isBodyRequired: boolean;
}

/** The kwargs of an operation of a document, without those that the configuration fills. */
export function takenKwargs(
  { settings }: ServiceConfig,
  procedure: ProcedureConfig,
  operation: Operation,
): TakenKwargs {
  const given = givenNames(procedure, {
    literalQuery: '',
    credential: describeCredential(settings),
    isOwnPath: !isOperationPath(operation, procedure.settings.path),
  });
  const { fields, isRequired } = compileOperationBody(operation, procedure, given);
  return {
    parameters: operation.parameters.filter((parameter) => !given.isGiven(parameter)),
    fields,
    isBodyRequired: isRequired,
  };
}
