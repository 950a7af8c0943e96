import { isVariableName } from '../config/types/template.js';
import type { PairStyle } from '../gateway/pipeline/bodies/field-pairs.js';
import type { Setting } from './setting.js';

/** One part of a request in plain keys, or why they cannot say it. */
export type Part = SaidPart | UnsaidPart;

export interface SaidPart {
  readonly kind: 'said';
  readonly settings: readonly Setting[];
  /** The `query_style` that its lists need. Undefined if every style writes the same. */
  readonly style: PairStyle | undefined;
}

export interface UnsaidPart {
  readonly kind: 'unsaid';
  /** As in `its cookie parameter "a" can be a list`. */
  readonly reason: string;
}

export function said(settings: readonly Setting[], style?: PairStyle): SaidPart {
  return { kind: 'said', settings, style };
}

export function unsaid(reason: string): UnsaidPart {
  return { kind: 'unsaid', reason };
}

/**
 * Whether `{{name}}` is the kwarg of this name. The names of the router's and the service's own
 * variables are not.
 */
export function isTemplateKwarg(name: string): boolean {
  return isVariableName(name) && !/^(?:realm$|caller(?:\.|$)|vars\.|_headers$)/i.test(name);
}

export const quote = (name: string): string => JSON.stringify(name.slice(0, 100));
