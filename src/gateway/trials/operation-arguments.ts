import type { ProcedureConfig, ServiceConfig } from '../../config/model.js';
import { JSON_TYPES, type JsonTypes, type Operation, type Schema } from '../../openapi/model/api-model.js';
import type { ArgumentPlace, TrialArgument } from '../../status/trial.js';
import { takenKwargs } from '../descriptions/taken-kwargs.js';

/** The keyword arguments of an operation of an OpenAPI document, with their types. */
export function operationArguments(
  service: ServiceConfig,
  procedure: ProcedureConfig,
  operation: Operation,
): readonly TrialArgument[] {
  const { parameters, fields, isBodyRequired } = takenKwargs(service, procedure, operation);
  const defs = service.document?.defs ?? {};
  return [
    ...parameters.map(({ kwarg, schema, types, isRequired, in: place, description }) =>
      argument(
        { name: kwarg, place, required: isRequired, type: typeText(types) },
        resolved(schema, defs),
        description,
      ),
    ),
    ...fields.map(({ kwarg, schema, types, isRequired, isFile }) =>
      argument(
        {
          name: kwarg,
          place: 'body',
          required: isRequired && isBodyRequired,
          type: isFile ? 'file' : typeText(types),
        },
        resolved(schema, defs),
      ),
    ),
  ];
}

interface Named {
  readonly name: string;
  readonly place: ArgumentPlace;
  readonly required: boolean;
  readonly type: string | null;
}

function argument(
  { name, place, required, type }: Named,
  schema: Known,
  description?: string,
): TrialArgument {
  return {
    name,
    places: [place],
    required,
    default: null,
    type,
    choices: choicesOf(schema),
    description: description ?? textOf(schema['description']),
  };
}

type Known = Readonly<Record<string, unknown>>;

/** Follows references, which may form a cycle. */
function resolved(schema: Schema, defs: Readonly<Record<string, Schema>>): Known {
  let target = schema;
  for (let steps = 0; steps < 10; steps++) {
    if (typeof target === 'boolean') return {};
    const { $ref } = target;
    const name = typeof $ref === 'string' ? $ref.replace('#/$defs/', '') : undefined;
    if (name === undefined || !Object.hasOwn(defs, name)) return target;
    target = defs[name] as Schema;
  }
  return {};
}

/** In a few words: `string`, `array`, `string or null`. Null if all types are allowed. */
function typeText(types: JsonTypes | undefined): string | null {
  if (types === undefined) return null;
  const names = Object.entries(JSON_TYPES).filter(([, bits]) => (types & bits) === bits);
  const isNumber = (types & JSON_TYPES.number) === JSON_TYPES.number;
  const shown = names.map(([name]) => name).filter((name) => !isNumber || name !== 'integer');
  // Null comes last.
  return shown.toSorted((one, other) => Number(one === 'null') - Number(other === 'null')).join(' or ');
}

/** More choices than this are no help. */
const MAX_CHOICES = 100;

function choicesOf({ enum: values }: Known): readonly string[] | null {
  if (!Array.isArray(values) || values.length > MAX_CHOICES) return null;
  return values
    .filter((value) => value !== null)
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
