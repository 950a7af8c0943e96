/**
 * What the gateway keeps of an OpenAPI document: plain data, which can be posted between threads.
 * Requests, validation, descriptions and types are made from it.
 */
export interface ApiModel {
  readonly title: string;
  /** In the order of the document. Callbacks and webhooks are not operations. */
  readonly operations: readonly Operation[];
  /** Operations that cannot become procedures. */
  readonly unusable: readonly UnusableOperation[];
  /** Schemas that `{ $ref: '#/$defs/NAME' }` names. They may refer to each other in cycles. */
  readonly defs: Readonly<Record<string, Schema>>;
  /** The URLs of `servers`, with the defaults of their variables. A URL may be relative. */
  readonly servers: readonly string[];
  /** What is wrong in the document although its operations can be served. */
  readonly remarks: readonly DocumentProblem[];
}

/** A JSON Schema 2020-12. Its references lead only to {@link ApiModel.defs}. */
export type Schema = boolean | SchemaObject;
export interface SchemaObject {
  readonly [keyword: string]: unknown;
}

/** A place in a document: the absolute path of a file, and a line. */
export interface DocumentPlace {
  readonly file: string;
  readonly line: number;
}

export interface DocumentProblem extends DocumentPlace {
  /** The operation, as in `GET /pets/{id}`, or ''. */
  readonly subject: string;
  readonly message: string;
}

/** What names an operation. */
export interface OperationHead extends DocumentPlace {
  /** In lower case. */
  readonly method: string;
  /** The path template of the document. */
  readonly path: string;
  readonly operationId: string | undefined;
  readonly tags: readonly string[];
}

export interface UnusableOperation extends OperationHead {
  readonly reason: string;
  /** Whether the configuration must exclude the operation. Otherwise it is left out. */
  readonly isMistake: boolean;
}

export const METHODS = ['get', 'put', 'post', 'delete', 'head', 'patch'] as const;
export type Method = (typeof METHODS)[number];

export interface Operation extends OperationHead {
  readonly method: Method;
  readonly summary: string | undefined;
  readonly description: string | undefined;
  readonly isDeprecated: boolean;
  readonly parameters: readonly Parameter[];
  readonly body: OperationBody | undefined;
  readonly responses: readonly OperationResponse[];
  /** The URLs of its own `servers`, or of those of its path. Empty if those of the document count. */
  readonly servers: readonly string[];
}

export type ParameterPlace = 'path' | 'query' | 'header' | 'cookie';
export type Style =
  | 'simple'
  | 'label'
  | 'matrix'
  | 'form'
  | 'spaceDelimited'
  | 'pipeDelimited'
  | 'deepObject'
  /** `tsv` of OpenAPI 2.0. */
  | 'tabDelimited';

/** How a value becomes text. */
export interface Serialization {
  readonly style: Style;
  readonly explode: boolean;
  readonly allowReserved: boolean;
  /** With `content`: the value is JSON. The style does not count then. */
  readonly isJson: boolean;
}

export interface Parameter extends Serialization {
  readonly name: string;
  /** The keyword argument. */
  readonly kwarg: string;
  readonly in: ParameterPlace;
  readonly isRequired: boolean;
  readonly isDeprecated: boolean;
  readonly description: string | undefined;
  readonly schema: Schema;
  /** The JSON types of the schema, to check values fast. Undefined allows all. */
  readonly types: JsonTypes | undefined;
}

/** Bits of {@link JSON_TYPES}. */
export type JsonTypes = number;
export const JSON_TYPES = {
  null: 1,
  boolean: 2,
  integer: 4,
  /** Has the bit of integers too, because every integer is a number. */
  number: 12,
  string: 16,
  array: 32,
  object: 64,
} as const;

export type BodyKind = 'json' | 'form' | 'multipart' | 'bytes' | 'text';

/** The body of a request, in the media type that the gateway sends. */
export interface OperationBody {
  readonly kind: BodyKind;
  readonly mediaType: string;
  readonly isRequired: boolean;
  readonly description: string | undefined;
  readonly schema: Schema;
  readonly types: JsonTypes | undefined;
  /** The kwargs that are fields of the body; undefined if the kwarg `wholeKwarg` is the whole body. */
  readonly fields: readonly BodyField[] | undefined;
  /** The kwarg of the whole body: `body`, or `body_body` beside a parameter of that name. */
  readonly wholeKwarg: string;
  /** Whether the schema allows fields without a name in the document. */
  readonly allowsOthers: boolean;
  /** The encoding object of a form or a multipart body. */
  readonly encoding: Readonly<Record<string, FieldEncoding>>;
}

export interface BodyField {
  readonly name: string;
  readonly kwarg: string;
  readonly isRequired: boolean;
  readonly schema: Schema;
  readonly types: JsonTypes | undefined;
  /** Whether the field of a multipart body is a file, or a list of files. */
  readonly isFile: boolean;
}

export interface FieldEncoding extends Partial<Serialization> {
  readonly contentType: string | undefined;
  /** The headers of a part of a multipart body whose value the document fixes. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface OperationResponse {
  /** `200`, `2XX` or `default`. */
  readonly status: string;
  readonly description: string | undefined;
  /** All media types of the response. */
  readonly mediaTypes: readonly string[];
  /** The schema of its JSON. A body without JSON has the schema of another of its media types. */
  readonly schema: Schema | undefined;
}

/** As in `GET /pets/{id}`. */
export function operationText({ method, path }: Pick<OperationHead, 'method' | 'path'>): string {
  return `${method.toUpperCase()} ${path}`.trimStart();
}
