import type { TypeExpression } from './expressions.js';
import type { Operator } from './references.js';

/** The names of types where a schema stands. */
export interface TypeScope {
  /** The type of `#/$defs/NAME`. Undefined if the reference would make the type its own part. */
  readonly typeOf: (def: string, operator: Operator) => string | undefined;
}

/** Where a schema stands. */
export interface Position {
  readonly scope: TypeScope;
  readonly indent: string;
  readonly depth: number;
  /** What joins the schema with its neighbours. */
  readonly operator: Operator;
  /** The type of a schema within this one. */
  readonly convert: (schema: unknown, position: Position) => TypeExpression;
}
