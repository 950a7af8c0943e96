import type { ProcedureConfig } from '../../config/model.js';
import type { OperationResponse, Schema } from '../../openapi/model/api-model.js';
import { preferredOf } from '../../openapi/model/media-types.js';
import { sentSchema } from '../../openapi/model/sent-schema.js';
import { streamFormOf } from '../pipeline/streams/stream-rule.js';
import type { JsonSchema } from './description.js';
import { objectSchema } from './operation-kwargs.js';
import { resultResponses } from './result-responses.js';

type Settings = ProcedureConfig['settings'];
type Defs = Readonly<Record<string, Schema>>;

const TEXT = { type: 'string' };

/**
 * The kwargs of a progressive RESULT: `status` and `body`, which is one part of a stream. Undefined
 * if no response is known to be a stream.
 */
export function progressSchema({ settings, operation }: ProcedureConfig, defs: Defs): JsonSchema | undefined {
  const responses = resultResponses(operation?.responses ?? [], settings.success);
  const parts = partsOf(responses, settings, defs);
  if (parts.length === 0) return undefined;
  return {
    type: 'object',
    properties: { status: { type: 'integer' }, body: parts.length === 1 ? parts[0] : { anyOf: parts } },
    required: ['status', 'body'],
  };
}

/** As `compileStreams` decides it. With pages or a cache, a response is read as a whole. */
export function isStream(mediaType: string, settings: Settings): boolean {
  const { 'response.stream': form, 'response.decode': decode, method } = settings;
  if (form === 'off' || decode === 'bytes' || method === 'head') return false;
  if (settings['pages.next'] !== undefined || settings.cache) return false;
  return form !== 'auto' || streamFormOf(mediaType) !== undefined;
}

/** The bodies of parts: one for each form and schema. */
function partsOf(
  responses: readonly OperationResponse[],
  settings: Settings,
  defs: Defs,
): readonly JsonSchema[] {
  const { 'response.stream': form, 'response.decode': decode } = settings;
  const types = responses.flatMap(({ mediaTypes, schema }) =>
    // The schema of a response is that of its preferred type.
    mediaTypes.map((type) => ({ type, schema: type === preferredOf(mediaTypes) ? schema : undefined })),
  );
  // Without a document, the configuration alone may say that all responses are streams.
  const all = types.length === 0 && form !== 'auto' ? [{ type: '', schema: undefined }] : types;
  const parts = all
    .filter(({ type }) => isStream(type, settings))
    .map(({ type, schema }) => {
      const data = decode === 'text' ? TEXT : dataSchema(schema, defs);
      return (form === 'auto' ? streamFormOf(type) : form) === 'sse' ? eventSchema(data) : data;
    });
  return [...new Map(parts.map((part) => [JSON.stringify(part), part])).values()];
}

/**
 * A document describes the parts of a stream, or says only that the stream is text. Data that are no
 * JSON are text, such as the `[DONE]` at the end of some streams.
 */
function dataSchema(schema: Schema | undefined, defs: Defs): JsonSchema {
  if (schema === undefined) return {};
  const own = objectSchema(sentSchema(schema, 'response', defs));
  return Object.keys(own).length === 0 || own['type'] === 'string' ? {} : { anyOf: [own, TEXT] };
}

const eventSchema = (data: JsonSchema): JsonSchema => ({
  type: 'object',
  properties: {
    event: TEXT,
    id: { type: ['string', 'null'] },
    data,
    retry: { type: ['integer', 'null'] },
  },
  required: ['event', 'id', 'data', 'retry'],
});
