import { child, type DocumentFiles, type Located, members, own } from '../read/document-files.js';
import { isRecord } from '../read/is-record.js';
import type { BodyKind, FieldEncoding, Schema } from './api-model.js';
import { kindOf, preferredOf, sentMediaType } from './media-types.js';
import { collectionOf, plainSchema, serializationOf } from './parameters.js';
import type { SchemaStore } from './schemas.js';

/** The body of an operation before its fields have kwargs. */
export interface RawBody {
  readonly kind: BodyKind;
  readonly mediaType: string;
  readonly isRequired: boolean;
  readonly description: string | undefined;
  readonly schema: Schema;
  readonly encoding: Readonly<Record<string, RawEncoding>>;
}

/** An encoding object. Which values its headers have is known when all schemas are. */
export interface RawEncoding extends Omit<FieldEncoding, 'headers'> {
  readonly headers: Readonly<Record<string, Schema>>;
}

/** Reads the request body of OpenAPI 3. */
export function readBody(
  node: Located | undefined,
  files: DocumentFiles,
  store: SchemaStore,
): RawBody | undefined {
  if (node === undefined) return undefined;
  const body = files.follow(node);
  const content = members(child(body, 'content'));
  const name = preferredOf(content.map(([type]) => type));
  const [, media] = content.find(([type]) => type === name) ?? [];
  if (name === undefined || media === undefined) return undefined;
  const target = files.follow(media);
  const schema = child(target, 'schema');
  const description = own(body.value, 'description');
  return {
    kind: kindOf(name),
    mediaType: sentMediaType(name),
    isRequired: own(body.value, 'required') === true,
    description: typeof description === 'string' ? description : undefined,
    schema: schema === undefined ? true : store.convert(schema),
    encoding: Object.fromEntries(
      members(child(target, 'encoding')).map(([field, each]) => [field, readEncoding(each, files, store)]),
    ),
  };
}

function readEncoding(node: Located, files: DocumentFiles, store: SchemaStore): RawEncoding {
  const contentType = own(node.value, 'contentType');
  const hasStyle = ['style', 'explode', 'allowReserved'].some((name) => own(node.value, name) !== undefined);
  const headers = members(child(node, 'headers')).map(([name, header]) => {
    const schema = child(files.follow(header), 'schema');
    return [name, schema === undefined ? true : store.convert(schema)] as const;
  });
  return {
    contentType: typeof contentType === 'string' ? contentType : undefined,
    headers: Object.fromEntries(headers),
    // Without one of these, the media type decides how a field is written.
    ...(hasStyle && serializationOf(node.value, 'query')),
  };
}

/** The body of OpenAPI 2.0: a parameter in `body`, or parameters in `formData`. */
export function readBodyOf20(
  { body, formFields }: { readonly body: Located | undefined; readonly formFields: readonly Located[] },
  consumes: readonly string[],
  store: SchemaStore,
): RawBody | undefined {
  if (body !== undefined) {
    const schema = child(body, 'schema');
    const description = own(body.value, 'description');
    const mediaType = preferredOf(consumes) ?? 'application/json';
    return {
      kind: kindOf(mediaType),
      mediaType: sentMediaType(mediaType),
      isRequired: own(body.value, 'required') === true,
      description: typeof description === 'string' ? description : undefined,
      schema: schema === undefined ? true : store.convert(schema),
      encoding: {},
    };
  }
  return formFields.length === 0 ? undefined : formBody(formFields, consumes, store);
}

function formBody(fields: readonly Located[], consumes: readonly string[], store: SchemaStore): RawBody {
  const nameOf = ({ value }: Located) => String(own(value, 'name'));
  const isRequired = ({ value }: Located) => own(value, 'required') === true;
  const hasFile = fields.some(({ value }) => own(value, 'type') === 'file');
  const multipart = consumes.find((type) => kindOf(type) === 'multipart');
  const isForm = !hasFile && (multipart === undefined || consumes.some((type) => kindOf(type) === 'form'));
  return {
    kind: isForm ? 'form' : 'multipart',
    mediaType: isForm ? 'application/x-www-form-urlencoded' : (multipart ?? 'multipart/form-data'),
    isRequired: fields.some(isRequired),
    description: undefined,
    schema: {
      type: 'object',
      properties: Object.fromEntries(fields.map((field) => [nameOf(field), plainSchema(field, store)])),
      required: fields.filter(isRequired).map(nameOf),
    },
    encoding: Object.fromEntries(
      fields
        .filter(({ value }) => isRecord(value) && own(value, 'type') === 'array')
        .map((field) => [
          nameOf(field),
          { contentType: undefined, headers: {}, ...collectionOf(field.value, 'query') },
        ]),
    ),
  };
}
