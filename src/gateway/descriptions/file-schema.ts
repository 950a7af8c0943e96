import type { Schema, SchemaObject } from '../../openapi/model/api-model.js';
import { definitionOf } from '../../openapi/model/json-types.js';
import type { JsonSchema } from './description.js';

type Defs = Readonly<Record<string, Schema>>;

const CONTENT = { type: 'string', format: 'binary' };

/** A file with its name, as a field of a multipart body takes it. */
const NAMED_FILE: JsonSchema = {
  type: 'object',
  properties: { data: CONTENT, filename: { type: 'string' }, content_type: { type: 'string' } },
  required: ['data'],
  additionalProperties: false,
};

/**
 * The schema of what callers give for a file, or for a list of files. The document describes only
 * the content.
 */
export function fileSchema(schema: Schema, defs: Defs): JsonSchema {
  const { description, title, ...own } = withoutNames(schema, defs);
  const texts = Object.entries({ title, description }).filter(([, text]) => text !== undefined);
  const items = own['items'];
  const isList = items !== undefined && (own['type'] === undefined || own['type'] === 'array');
  return {
    ...Object.fromEntries(texts),
    ...(isList
      ? { ...own, items: fileSchema(items as Schema, defs) }
      : { anyOf: [contentOf(own), NAMED_FILE] }),
  };
}

/** Many documents give a file no type. Bytes are a text in JSON. */
function contentOf(own: SchemaObject): SchemaObject {
  const { type } = own;
  return type === undefined || type === 'string'
    ? { ...own, ...CONTENT }
    : { ...own, format: CONTENT.format };
}

/** The schema without references to schemas that it is only another name for. */
function withoutNames(schema: Schema, defs: Defs): SchemaObject {
  let at: SchemaObject = typeof schema === 'object' ? schema : {};
  for (let hops = 0; hops < 20; hops++) {
    const { $ref, allOf, ...own } = at;
    const [only, ...others] = Array.isArray(allOf) ? (allOf as Schema[]) : [];
    const target =
      typeof $ref === 'string' ? definitionOf($ref, defs) : others.length === 0 ? only : undefined;
    if (typeof target !== 'object') return at;
    at = { ...target, ...own };
  }
  return at;
}
