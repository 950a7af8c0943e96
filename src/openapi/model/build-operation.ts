import type {
  BodyField,
  Operation,
  OperationBody,
  OperationHead,
  OperationResponse,
  Parameter,
  Schema,
} from './api-model.js';
import type { RawBody } from './bodies.js';
import { jsonTypesOf } from './json-types.js';
import { type KwargTaker, nameKwargs } from './kwarg-names.js';
import { WRITABLE } from './media-types.js';
import { objectShapeOf } from './object-shape.js';
import type { RawParameter } from './parameters.js';

/** An operation whose schemas are not complete yet. */
export interface RawOperation {
  readonly head: OperationHead & Pick<Operation, 'method'>;
  readonly texts: Pick<Operation, 'summary' | 'description' | 'isDeprecated'>;
  readonly parameters: readonly RawParameter[];
  readonly body: RawBody | undefined;
  readonly responses: readonly OperationResponse[];
}

export type BuiltOperation =
  | { readonly kind: 'operation'; readonly operation: Operation }
  | { readonly kind: 'unusable'; readonly reason: string; readonly isMistake: boolean };

interface BodyTaker extends KwargTaker {
  readonly schema: Schema;
  readonly isRequired: boolean;
}

/** Gives kwargs to the parameters and the body of an operation. */
export function buildOperation(raw: RawOperation, defs: Readonly<Record<string, Schema>>): BuiltOperation {
  const { head, texts, body, responses } = raw;
  const parameters = sentParameters(raw);
  const shape = body && objectShapeOf(body.schema, defs);
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
  const unwritable = body !== undefined && !WRITABLE.includes(body.kind) ? body : undefined;
  if (unwritable?.isRequired === true || (unwritable !== undefined && shape !== undefined)) {
    return {
      kind: 'unusable',
      reason: `its body is ${unwritable.mediaType}, which is not supported`,
      isMistake: false,
    };
  }
  const kwargOf = (taker: KwargTaker) => named.names.get(taker) as string;
  const operation: Operation = {
    ...head,
    ...texts,
    parameters: parameters.map((parameter): Parameter => {
      const types = jsonTypesOf(parameter.schema, defs);
      return { ...parameter, kwarg: kwargOf(parameter), types };
    }),
    body:
      body === undefined || unwritable !== undefined
        ? undefined
        : ({
            ...body,
            types: jsonTypesOf(body.schema, defs),
            fields:
              shape &&
              fields.map(
                (field): BodyField => ({
                  name: field.name,
                  kwarg: kwargOf(field),
                  isRequired: field.isRequired,
                  schema: field.schema,
                  types: jsonTypesOf(field.schema, defs),
                }),
              ),
            wholeKwarg: named.names.get(whole) ?? 'body',
            allowsOthers: shape?.allowsOthers ?? false,
          } satisfies OperationBody),
    responses,
  };
  return { kind: 'operation', operation };
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
