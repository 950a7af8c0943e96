import type { ProcedureConfig } from '../../config/model.js';
import { matchesStatus, type StatusClass } from '../../config/types/answer-types.js';
import type { OperationResponse, Schema } from '../../openapi/model/api-model.js';
import { sentSchema } from '../../openapi/model/sent-schema.js';
import type { JsonSchema } from './description.js';
import { objectSchema } from './operation-kwargs.js';
import { partSchema } from './part-schema.js';

type Settings = ProcedureConfig['settings'];
type Defs = Readonly<Record<string, Schema>>;

/** The kwargs of a RESULT: `status`, `body`, and the headers that the configuration passes on. */
export function resultSchema({ settings, operation }: ProcedureConfig, defs: Defs): JsonSchema {
  const headers = settings['response.headers'];
  return {
    type: 'object',
    properties: {
      status: { type: 'integer' },
      body: bodySchema(operation?.responses ?? [], settings, defs),
      ...(settings['pages.next'] !== undefined && {
        more: { type: 'boolean', description: 'Whether pages of the list are left' },
      }),
      ...(headers.length > 0 && {
        headers: {
          type: 'object',
          properties: Object.fromEntries(
            headers.map((name) => [
              name,
              name === 'set-cookie' ? { type: 'array', items: { type: 'string' } } : { type: 'string' },
            ]),
          ),
        },
      }),
    },
    required: ['status', 'body'],
  };
}

function isSuccess({ success }: Settings, { status }: OperationResponse): boolean {
  if (/^[2-5]XX$/i.test(status)) return success.includes(status.toLowerCase() as StatusClass);
  return matchesStatus(success, Number(status));
}

/** Any of the bodies of success. A response without a body has an empty text. */
function bodySchema(responses: readonly OperationResponse[], settings: Settings, defs: Defs): JsonSchema {
  const successes = responses.filter((response) => isSuccess(settings, response));
  const found = successes.length > 0 ? successes : responses.filter(({ status }) => status === 'default');
  const schemas = found.map(({ schema }) => schema);
  if (settings['pages.next'] !== undefined) {
    const items = anyOf(partsOf(schemas, [...settings['pages.items'], '0'], defs));
    return { type: 'array', ...(Object.keys(items).length > 0 && { items }) };
  }
  const path = settings['response.path'];
  if (path !== undefined) {
    const parts = partsOf(schemas, path, defs);
    const mayLack = parts.length > 0 && settings['response.path_optional'];
    return anyOf(mayLack ? [...parts, { type: 'null' }] : parts);
  }
  return anyOf(schemas.map((schema) => (schema === undefined ? { type: 'string' } : sent(schema, defs))));
}

/** What the responses say about the part at a path. The schema of an error may say nothing. */
function partsOf(
  schemas: readonly (Schema | undefined)[],
  path: readonly string[],
  defs: Defs,
): readonly JsonSchema[] {
  return schemas.flatMap((schema) => {
    const part = schema === undefined ? undefined : partSchema(schema, path, defs);
    return part === undefined ? [] : [sent(part, defs)];
  });
}

const sent = (schema: Schema, defs: Defs): JsonSchema => objectSchema(sentSchema(schema, 'response', defs));

function anyOf(all: readonly JsonSchema[]): JsonSchema {
  if (all.length === 1) return all[0] as JsonSchema;
  const schemas = [...new Map(all.map((schema) => [JSON.stringify(schema), schema])).values()];
  const [first] = schemas;
  if (first === undefined) return {};
  return schemas.length === 1 ? first : { anyOf: schemas };
}
