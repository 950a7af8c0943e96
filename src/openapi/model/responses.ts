import { DocumentError } from '../read/document-error.js';
import { child, type DocumentFiles, type Located, members, own } from '../read/document-files.js';
import type { OperationResponse } from './api-model.js';
import { preferredOf } from './media-types.js';
import type { SchemaStore } from './schemas.js';

/** @param produces the media types of the operation in OpenAPI 2.0 */
export function readResponses(
  node: Located | undefined,
  produces: readonly string[],
  files: DocumentFiles,
  store: SchemaStore,
): { readonly responses: readonly OperationResponse[]; readonly broken: string | undefined } {
  let broken: string | undefined;
  const responses = members(node).flatMap(([status, each]) => {
    if (!/^(?:[1-5](?:\d\d|XX)|default)$/.test(status)) return [];
    try {
      return [readResponse(status, files.follow(each), produces, store)];
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      broken ??= error.message;
      return [];
    }
  });
  return { responses, broken };
}

function readResponse(
  status: string,
  node: Located,
  produces: readonly string[],
  store: SchemaStore,
): OperationResponse {
  const content = members(child(node, 'content'));
  const ofVersion20 = child(node, 'schema');
  const mediaTypes = ofVersion20 === undefined ? content.map(([type]) => type) : produces;
  const name = preferredOf(mediaTypes);
  const [, media] = content.find(([type]) => type === name) ?? [];
  const schema = ofVersion20 ?? (media === undefined ? undefined : child(media, 'schema'));
  const description = own(node.value, 'description');
  return {
    status,
    description: typeof description === 'string' ? description : undefined,
    mediaTypes,
    schema: schema === undefined ? undefined : store.convert(schema),
  };
}
