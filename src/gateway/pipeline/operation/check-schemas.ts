import type { OperationBody, Parameter, Schema } from '../../../openapi/model/api-model.js';
import { BadRequest, type Kwargs } from '../call.js';
import { kwargOf } from './operation-parameters.js';
import type { SchemaProblem, SchemaValidators } from './schema-validators.js';

/** Checks for `openapi.validate = full`. They throw {@link BadRequest}. */
export interface SchemaChecks {
  readonly parameters: (kwargs: Kwargs) => void;
  /** Checks the fields of a body, or a whole body. */
  readonly body: (value: unknown) => void;
}

/** A schema with which kwargs are compared. */
export interface CheckedSchema {
  /** As in `the keyword argument "id"`. */
  readonly what: string;
  /** The kwarg of a parameter, or the name of a field of the body. Undefined for the whole body. */
  readonly name: string | undefined;
  readonly schema: Schema;
}

/** All schemas with which the kwargs of an operation are compared. */
export function checkedSchemas(
  parameters: readonly Parameter[],
  body: OperationBody | undefined,
): readonly CheckedSchema[] {
  return [...parameters.map(({ kwarg, schema }) => named(kwarg, kwarg, schema)), ...schemasOfBody(body)];
}

function schemasOfBody(body: OperationBody | undefined): readonly CheckedSchema[] {
  switch (body?.kind) {
    case 'json':
    case 'form':
      return [{ what: 'the body', name: undefined, schema: body.schema }];
    case 'multipart':
      // A file is no JSON, so a schema cannot describe it.
      return (body.fields ?? [])
        .filter(({ isFile }) => !isFile)
        .map(({ name, kwarg, schema }) => named(name, kwarg, schema));
    default:
      return [];
  }
}

const named = (name: string, kwarg: string, schema: Schema): CheckedSchema => ({
  what: `the keyword argument ${JSON.stringify(kwarg)}`,
  name,
  schema,
});

export function compileSchemaChecks(
  parameters: readonly Parameter[],
  body: OperationBody | undefined,
  validators: SchemaValidators,
): SchemaChecks {
  const compile = (all: readonly CheckedSchema[]) => all.map((each) => compileCheck(each, validators));
  const ofParameters = compile(checkedSchemas(parameters, undefined));
  const ofBody = compile(schemasOfBody(body));
  return {
    parameters: (kwargs) => {
      for (const check of ofParameters) check(kwargs);
    },
    body: (value) => {
      for (const check of ofBody) check(value);
    },
  };
}

function compileCheck(
  { what, name, schema }: CheckedSchema,
  validators: SchemaValidators,
): (value: unknown) => void {
  const validate = validators.compile(schema, 'request');
  const refuse = ({ at, message }: SchemaProblem): never => {
    const where = at === '' ? '' : `${at.slice(0, 200)} `;
    const subject = what.charAt(0).toUpperCase() + what.slice(1);
    throw new BadRequest(`${subject} does not match its schema: ${where}${message}`);
  };
  if (name === undefined) {
    return (value) => {
      const problem = validate(value);
      if (problem !== undefined) refuse(problem);
    };
  }
  return (kwargs) => {
    const value = kwargOf(kwargs as Kwargs, name);
    if (value === undefined || value === null) return;
    const problem = validate(value);
    if (problem !== undefined) refuse(problem);
  };
}
