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

export function compileSchemaChecks(
  parameters: readonly Parameter[],
  body: OperationBody | undefined,
  validators: SchemaValidators,
): SchemaChecks {
  const compiled = parameters.map(({ kwarg, schema }) => compileKwarg(kwarg, schema, validators));
  return {
    parameters: (kwargs) => {
      for (const check of compiled) check(kwargs);
    },
    body: compileBody(body, validators),
  };
}

function compileKwarg(kwarg: string, schema: Schema, validators: SchemaValidators): (kwargs: Kwargs) => void {
  const validate = validators.compile(schema, 'request');
  return (kwargs) => {
    const value = kwargOf(kwargs, kwarg);
    if (value === undefined || value === null) return;
    const problem = validate(value);
    if (problem !== undefined) throw refusal(`The keyword argument ${JSON.stringify(kwarg)}`, problem);
  };
}

function compileBody(
  body: OperationBody | undefined,
  validators: SchemaValidators,
): (value: unknown) => void {
  if (body === undefined) return () => undefined;
  if (body.kind === 'json' || body.kind === 'form') {
    const validate = validators.compile(body.schema, 'request');
    return (value) => {
      const problem = validate(value);
      if (problem !== undefined) throw refusal('The body', problem);
    };
  }
  // A file is no JSON, so a schema cannot describe it.
  const fields = (body.kind === 'multipart' ? (body.fields ?? []) : []).filter(({ isFile }) => !isFile);
  const checks = fields.map(({ name, schema }) => compileKwarg(name, schema, validators));
  return (value) => {
    for (const check of checks) check(value as Kwargs);
  };
}

function refusal(what: string, { at, message }: SchemaProblem): BadRequest {
  const where = at === '' ? '' : `${at.slice(0, 200)} `;
  return new BadRequest(`${what} does not match its schema: ${where}${message}`);
}
