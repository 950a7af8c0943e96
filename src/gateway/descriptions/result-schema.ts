import type { ProcedureConfig } from '../../config/model.js';
import type { OperationResponse } from '../../openapi/model/api-model.js';
import type { JsonSchema } from './description.js';
import { objectSchema } from './operation-kwargs.js';

/** The kwargs of a RESULT: `status`, `body`, and the headers that the configuration passes on. */
export function resultSchema({ settings, operation }: ProcedureConfig): JsonSchema {
  const headers = settings['response.headers'];
  return {
    type: 'object',
    properties: {
      status: { type: 'integer' },
      body: bodySchema(operation?.responses ?? []),
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

const isSuccess = ({ status }: OperationResponse): boolean => /^2(?:\d\d|XX)$/i.test(status);

/** Any of the bodies of success. A response without a body has an empty text. */
function bodySchema(responses: readonly OperationResponse[]): JsonSchema {
  const successes = responses.filter(isSuccess);
  const found = successes.length > 0 ? successes : responses.filter(({ status }) => status === 'default');
  const schemas = found.map(({ schema }) =>
    schema === undefined ? { type: 'string' } : objectSchema(schema),
  );
  const [first] = schemas;
  if (first === undefined) return {};
  return schemas.length === 1 ? first : { anyOf: schemas };
}
