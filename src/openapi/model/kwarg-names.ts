import type { ParameterPlace } from './api-model.js';

/** What takes a keyword argument: a parameter, a field of the body, or the whole body. */
export interface KwargTaker {
  readonly name: string;
  readonly in: ParameterPlace | 'body';
}

/** The order in which names are given away. */
const PLACES = ['path', 'query', 'header', 'cookie', 'body'] as const;
/** The kwarg with the caller's HTTP headers. */
const RESERVED = '_headers';

export type NamedKwargs<T> =
  | { readonly kind: 'named'; readonly names: ReadonlyMap<T, string> }
  /** Two takers with the same name, also with the prefix of their place. */
  | { readonly kind: 'clash'; readonly one: T; readonly other: T; readonly name: string };

/**
 * Gives each taker its own name. If a name occurs in several places, the first of path, query,
 * header, cookie and body has it, and the others have the prefix of their place: `query_id`.
 */
export function nameKwargs<T extends KwargTaker>(takers: readonly T[]): NamedKwargs<T> {
  const names = new Map<T, string>();
  const owners = new Map<string, T>();
  for (const place of PLACES) {
    for (const taker of takers.filter((each) => each.in === place)) {
      const isFree = taker.name !== RESERVED && !owners.has(taker.name);
      const name = isFree ? taker.name : `${place}_${taker.name}`;
      const other = owners.get(name);
      if (other !== undefined) return { kind: 'clash', one: other, other: taker, name };
      owners.set(name, taker);
      names.set(taker, name);
    }
  }
  return { kind: 'named', names };
}
