import type { PairStyle } from '../gateway/pipeline/bodies/field-pairs.js';
import { JSON_TYPES, type JsonTypes, type Serialization } from '../openapi/model/api-model.js';

/** The `query_style` with which plain keys write a value as a style of OpenAPI does. */
export type StyleChoice =
  /** Undefined if every style does. */
  | { readonly kind: 'style'; readonly style: PairStyle | undefined }
  /** As in `has the style pipeDelimited`. */
  | { readonly kind: 'unsaid'; readonly reason: string };

const ANY: StyleChoice = { kind: 'style', style: undefined };

/** Chooses the style for a query parameter, or for a field of a form with an encoding object. */
export function styleOf(
  { style, explode, allowReserved }: Pick<Serialization, 'style' | 'explode' | 'allowReserved'>,
  types: JsonTypes | undefined,
): StyleChoice {
  if (allowReserved) return { kind: 'unsaid', reason: 'has allowReserved' };
  if (isScalarOnly(types)) return ANY;
  // It nests, and writes lists with indices, as `query_style = indices` does.
  if (style === 'deepObject') return { kind: 'style', style: 'indices' };
  if (canBeObject(types)) {
    const what = types === undefined ? 'has no type, so it can be an object' : 'can be an object';
    return { kind: 'unsaid', reason: `${what}, which the style ${style} flattens` };
  }
  if (explode) return { kind: 'style', style: 'repeat' };
  return style === 'form' || style === 'simple'
    ? { kind: 'style', style: 'comma' }
    : { kind: 'unsaid', reason: `has the style ${style}` };
}

/** Whether a value is never a list or an object. */
export function isScalarOnly(types: JsonTypes | undefined): boolean {
  return types !== undefined && (types & (JSON_TYPES.array | JSON_TYPES.object)) === 0;
}

export function canBeObject(types: JsonTypes | undefined): boolean {
  return types === undefined || (types & JSON_TYPES.object) !== 0;
}
