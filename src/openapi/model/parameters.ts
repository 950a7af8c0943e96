import { foldFieldName, isOwnField } from '../../config/types/http-fields.js';
import { DocumentError } from '../read/document-error.js';
import { child, type DocumentFiles, elements, type Located, members, own } from '../read/document-files.js';
import type { ParameterPlace, Schema, Serialization, Style } from './api-model.js';
import type { SchemaStore } from './schemas.js';
import type { Version } from './upgrade-schema.js';

/** A parameter before it has a kwarg. */
export interface RawParameter extends Serialization {
  readonly name: string;
  readonly in: ParameterPlace;
  readonly isRequired: boolean;
  readonly isDeprecated: boolean;
  readonly description: string | undefined;
  readonly schema: Schema;
}

/** The parameters of an operation, and in OpenAPI 2.0 those that make its body. */
export interface Parameters {
  readonly parameters: readonly RawParameter[];
  readonly body: Located | undefined;
  readonly formFields: readonly Located[];
}

/** Headers that other objects of the document describe (OpenAPI 3.1 section 4.8.12.1). */
const DESCRIBED_ELSEWHERE: readonly string[] = ['accept', 'content-type', 'authorization'];

/** Names that security schemes fill, as in `header x-api-key`. */
export type SecurityNames = ReadonlySet<string>;

/** The parameters of `securitySchemes`, which the credential of the service fills. */
export function securityNames(schemes: Located | undefined, files: DocumentFiles): SecurityNames {
  const names = members(schemes).flatMap(([, node]) => {
    const value = schemeOf(node, files);
    const [name, place] = [own(value, 'name'), own(value, 'in')];
    return own(value, 'type') === 'apiKey' && typeof name === 'string' ? [nameIn(String(place), name)] : [];
  });
  return new Set(names);
}

/** A bad reference here must not cost the operations, which have no need of it. */
function schemeOf(node: Located, files: DocumentFiles): unknown {
  try {
    return files.follow(node).value;
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    return undefined;
  }
}

function nameIn(place: string, name: string): string {
  return `${place} ${place === 'header' ? foldFieldName(name) : name}`;
}

/** Reads the parameters of a path and of its operation. Those of the operation come first. */
export function readParameters(
  lists: readonly (Located | undefined)[],
  files: DocumentFiles,
  store: SchemaStore,
  version: Version,
  security: SecurityNames,
): Parameters {
  const found = new Map<string, RawParameter>();
  let body: Located | undefined;
  const formFields = new Map<string, Located>();
  for (const node of lists.flatMap((list) => elements(list)).map((each) => files.follow(each))) {
    const [name, place] = [own(node.value, 'name'), own(node.value, 'in')];
    if (place === 'body') body ??= node;
    if (typeof name !== 'string') continue;
    if (place === 'formData' && !formFields.has(name)) formFields.set(name, node);
    if (!isPlace(place)) continue;
    const id = nameIn(place, name);
    if (found.has(id) || security.has(id) || (place === 'header' && isOfGateway(name))) continue;
    found.set(id, readParameter(node, name, place, store, version));
  }
  return { parameters: [...found.values()], body, formFields: [...formFields.values()] };
}

function isPlace(place: unknown): place is ParameterPlace {
  return place === 'path' || place === 'query' || place === 'header' || place === 'cookie';
}

function isOfGateway(header: string): boolean {
  return DESCRIBED_ELSEWHERE.includes(header.toLowerCase()) || isOwnField(header);
}

function readParameter(
  node: Located,
  name: string,
  place: ParameterPlace,
  store: SchemaStore,
  version: Version,
): RawParameter {
  const { value } = node;
  const [, content] = members(child(node, 'content'))[0] ?? [];
  const description = own(value, 'description');
  return {
    name,
    in: place,
    isRequired: own(value, 'required') === true || place === 'path',
    isDeprecated: own(value, 'deprecated') === true,
    description: typeof description === 'string' ? description : undefined,
    schema: schemaOf(content ?? node, store, version),
    ...(version === '2.0' ? collectionOf(value, place) : serializationOf(value, place)),
    isJson: content !== undefined,
  };
}

/** In OpenAPI 2.0 a parameter is its own schema. */
function schemaOf(node: Located, store: SchemaStore, version: Version): Schema {
  if (version === '2.0') return plainSchema(node, store);
  const schema = child(node, 'schema');
  return schema === undefined ? true : store.convert(schema);
}

/** The schema of a parameter of OpenAPI 2.0, whose `required` says something else. */
export function plainSchema(node: Located, store: SchemaStore): Schema {
  const { required: _, ...value } = node.value as Record<string, unknown>;
  return store.convert({ ...node, value });
}

const STYLES: Readonly<Record<ParameterPlace, readonly Style[]>> = {
  path: ['simple', 'label', 'matrix'],
  query: ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'],
  header: ['simple'],
  cookie: ['form'],
};

export function serializationOf(value: unknown, place: ParameterPlace): Omit<Serialization, 'isJson'> {
  const given = own(value, 'style');
  const [first] = STYLES[place] as [Style];
  const style = STYLES[place].find((each) => each === given) ?? first;
  const explode = own(value, 'explode');
  return {
    style,
    explode: typeof explode === 'boolean' ? explode : style === 'form' || style === 'deepObject',
    allowReserved: own(value, 'allowReserved') === true,
  };
}

/** `collectionFormat` of OpenAPI 2.0. */
export function collectionOf(value: unknown, place: ParameterPlace): Omit<Serialization, 'isJson'> {
  const inQuery = place === 'query';
  const plain: Style = inQuery || place === 'cookie' ? 'form' : 'simple';
  switch (own(value, 'collectionFormat')) {
    case 'multi':
      return { style: plain, explode: inQuery, allowReserved: false };
    case 'ssv':
      return { style: 'spaceDelimited', explode: false, allowReserved: false };
    case 'pipes':
      return { style: 'pipeDelimited', explode: false, allowReserved: false };
    case 'tsv':
      return { style: 'tabDelimited', explode: false, allowReserved: false };
    default:
      return { style: plain, explode: false, allowReserved: false };
  }
}
