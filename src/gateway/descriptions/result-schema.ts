import type { ProcedureConfig } from '../../config/model.js';
import type { OperationResponse, Schema } from '../../openapi/model/api-model.js';
import { preferredOf } from '../../openapi/model/media-types.js';
import { sentSchema } from '../../openapi/model/sent-schema.js';
import { readMediaType } from '../pipeline/reply/media-type.js';
import { streamFormOf } from '../pipeline/streams/stream-rule.js';
import type { JsonSchema } from './description.js';
import { objectSchema } from './operation-kwargs.js';
import { partSchema } from './part-schema.js';
import { isStream, progressSchema } from './progress-schema.js';
import { resultResponses } from './result-responses.js';

type Settings = ProcedureConfig['settings'];
type Defs = Readonly<Record<string, Schema>>;

const TEXT = { type: 'string' };
const BYTES = { type: 'string', format: 'binary' };
const STREAM_END = 'With progress, the parts of a stream are progressive results, and the last body is empty';

/** The kwargs of a RESULT: `status`, `body`, and the headers that the configuration passes on. */
export function resultSchema(procedure: ProcedureConfig, defs: Defs): JsonSchema {
  const { settings, operation } = procedure;
  const headers = settings['response.headers'];
  const responses = resultResponses(operation?.responses ?? [], settings.success);
  return {
    type: 'object',
    properties: {
      status: { type: 'integer' },
      body: bodySchema(responses, settings, defs),
      ...(settings['pages.next'] !== undefined && {
        more: { type: 'boolean', description: 'Whether pages of the list are left' },
      }),
      ...(progressSchema(procedure, defs) !== undefined && {
        count: { type: 'integer', description: `How many parts a stream had. ${STREAM_END}` },
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

/** Any of the bodies of success. A response without a body has an empty text. */
function bodySchema(responses: readonly OperationResponse[], settings: Settings, defs: Defs): JsonSchema {
  const { method, 'response.decode': decode, 'response.path': path } = settings;
  if (method === 'head' || decode === 'text') return TEXT;
  if (decode === 'bytes') return BYTES;
  if (settings['pages.next'] !== undefined) {
    const items = anyOf(partsOf(responses, [...settings['pages.items'], '0'], defs));
    return { type: 'array', ...(Object.keys(items).length > 0 && { items }) };
  }
  if (path !== undefined) {
    const parts = partsOf(responses, path, defs);
    const mayLack = parts.length > 0 && settings['response.path_optional'];
    return anyOf(mayLack ? [...parts, { type: 'null' }] : parts);
  }
  return anyOf(responses.flatMap((response) => wholeBody(response, settings, defs)));
}

/** What the responses say about the part at a path. The schema of an error may say nothing. */
function partsOf(
  responses: readonly OperationResponse[],
  path: readonly string[],
  defs: Defs,
): readonly JsonSchema[] {
  return responses.flatMap(({ schema }) => {
    const part = schema === undefined ? undefined : partSchema(schema, path, defs);
    return part === undefined ? [] : [sent(part, defs)];
  });
}

const sent = (schema: Schema, defs: Defs): JsonSchema => objectSchema(sentSchema(schema, 'response', defs));

function wholeBody(
  { schema, mediaTypes }: OperationResponse,
  settings: Settings,
  defs: Defs,
): readonly JsonSchema[] {
  const type = preferredOf(mediaTypes);
  const own = schema === undefined ? undefined : sent(schema, defs);
  if (type === undefined) return [own ?? TEXT];
  // A document describes the parts of a stream. The last result has none.
  if (streamFormOf(type) === 'sse') return [TEXT];
  if (streamFormOf(type) === 'ndjson') return [TEXT, ...(own === undefined ? [] : [own])];
  if (isStream(type, settings)) return [own ?? {}, TEXT];
  return [own ?? withoutSchema(type, settings)];
}

function withoutSchema(mediaType: string, settings: Settings): JsonSchema {
  if (settings['response.decode'] === 'json') return {};
  // A text that looks like JSON is read as JSON.
  return !mediaType.includes('*') && readMediaType(mediaType).reading === 'bytes' ? BYTES : {};
}

function anyOf(all: readonly JsonSchema[]): JsonSchema {
  if (all.length === 1) return all[0] as JsonSchema;
  const schemas = [...new Map(all.map((schema) => [JSON.stringify(schema), schema])).values()];
  const [first] = schemas;
  if (first === undefined) return {};
  // What allows everything says all.
  if (schemas.some((schema) => Object.keys(schema).length === 0)) return {};
  return schemas.length === 1 ? first : { anyOf: schemas };
}
