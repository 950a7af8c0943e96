import {
  type BodyField,
  JSON_TYPES,
  type Operation,
  type OperationHead,
  type OperationResponse,
  type Parameter,
  type Schema,
} from './api-model.js';
import type { RawBody } from './bodies.js';
import { jsonTypesOf, type SchemaContext } from './json-types.js';
import { type KwargTaker, nameKwargs } from './kwarg-names.js';
import { isFileSchema, objectShapeOf } from './object-shape.js';
import type { RawParameter } from './parameters.js';
import { partHeaders } from './part-headers.js';
import { isSayable } from './sayable.js';

/** An operation whose schemas are not complete yet. */
export interface RawOperation {
  readonly head: OperationHead & Pick<Operation, 'method'>;
  readonly texts: Pick<Operation, 'summary' | 'description' | 'isDeprecated'>;
  readonly parameters: readonly RawParameter[];
  readonly body: RawBody | undefined;
  readonly responses: readonly OperationResponse[];
  readonly servers: readonly string[];
}

export type BuiltOperation =
  | { readonly kind: 'operation'; readonly operation: Operation; readonly remarks: readonly string[] }
  | { readonly kind: 'unusable'; readonly reason: string; readonly isMistake: boolean };

interface BodyTaker extends KwargTaker {
  readonly schema: Schema;
  readonly isRequired: boolean;
}

/** Gives kwargs to the parameters and the body of an operation. */
export function buildOperation(raw: RawOperation, context: SchemaContext): BuiltOperation {
  const { head, texts, body, responses, servers } = raw;
  const parameters = sentParameters(raw);
  const hasFields = body !== undefined && body.kind !== 'bytes' && body.kind !== 'text';
  const shape = hasFields ? objectShapeOf(body.schema, context) : undefined;
  const fields = [...(shape?.fields ?? [])].map(
    ([name, field]): BodyTaker => ({ name, in: 'body', ...field }),
  );
  const whole: KwargTaker = { name: 'body', in: 'body' };
  const inBody = body === undefined ? [] : shape === undefined ? [whole] : fields;
  const named = nameKwargs<KwargTaker>([...parameters, ...inBody]);
  if (named.kind === 'clash') {
    const { one, other, name } = named;
    const [first, second] = [one, other].map(({ in: place }) => placeText(place));
    return {
      kind: 'unusable',
      reason: `the ${first} ${quote(one.name)} and the ${second} ${quote(other.name)} both need the keyword argument ${quote(name)}; exclude the operation with openapi.exclude`,
      isMistake: true,
    };
  }
  const mute = parameters.find((each) => each.isRequired && !isSayable(each.schema, each, context));
  if (mute !== undefined) {
    const reason = `its required ${placeText(mute.in)} ${quote(mute.name)} is nested, which the style ${mute.style} cannot express`;
    return { kind: 'unusable', reason, isMistake: false };
  }
  const bodyTypes = hasFields ? jsonTypesOf(body.schema, context) : undefined;
  const isForm = body?.kind === 'form' || body?.kind === 'multipart';
  if (isForm && bodyTypes !== undefined && (bodyTypes & JSON_TYPES.object) === 0) {
    return { kind: 'unusable', reason: `its body is ${body.mediaType}, but has no fields`, isMistake: false };
  }
  const { encoding, remarks } = body === undefined ? NO_PARTS : partHeaders(body, context);
  const kwargOf = (taker: KwargTaker) => named.names.get(taker) as string;
  const operation: Operation = {
    ...head,
    ...texts,
    parameters: parameters.map((parameter): Parameter => {
      const types = jsonTypesOf(parameter.schema, context);
      return { ...parameter, kwarg: kwargOf(parameter), types };
    }),
    body: body && {
      ...body,
      encoding,
      types: bodyTypes,
      fields: shape && fields.map((field) => fieldOf(field, kwargOf(field), body.kind, context)),
      wholeKwarg: named.names.get(whole) ?? 'body',
      allowsOthers: shape?.allowsOthers ?? false,
    },
    responses,
    servers,
  };
  return { kind: 'operation', operation, remarks };
}

const NO_PARTS = { encoding: {}, remarks: [] };

function fieldOf(
  { name, isRequired, schema }: BodyTaker,
  kwarg: string,
  kind: RawBody['kind'],
  context: SchemaContext,
): BodyField {
  const isFile = kind === 'multipart' && isFileSchema(schema, context.defs);
  // A file is bytes, text, or a dictionary with a name.
  const types = isFile ? undefined : jsonTypesOf(schema, context);
  return { name, kwarg, isRequired, schema, types, isFile };
}

/** The parameters in the order of their places. Each variable of the path has one. */
function sentParameters({ head, parameters }: RawOperation): readonly RawParameter[] {
  const variables = pathVariables(head.path);
  const ofPath = variables.map(
    (name) => parameters.find((each) => each.in === 'path' && each.name === name) ?? undeclared(name),
  );
  const others = (['query', 'header', 'cookie'] as const).flatMap((place) =>
    parameters.filter((parameter) => parameter.in === place),
  );
  return [...ofPath, ...others];
}

/** The names between braces. */
export function pathVariables(path: string): readonly string[] {
  return [...new Set([...path.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name))];
}

/** Many documents do not describe all variables of a path. */
function undeclared(name: string): RawParameter {
  return {
    name,
    in: 'path',
    isRequired: true,
    isDeprecated: false,
    description: undefined,
    schema: true,
    style: 'simple',
    explode: false,
    allowReserved: false,
    isJson: false,
  };
}

function placeText(place: KwargTaker['in']): string {
  return place === 'body' ? 'field of the body' : `${place} parameter`;
}

const quote = (text: string): string => JSON.stringify(text.slice(0, 100));
