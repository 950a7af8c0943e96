import type { OperationHead } from '../model/api-model.js';

/** A pattern of `openapi.include` and `openapi.exclude`. */
export interface OperationPattern {
  readonly source: string;
  matches(operation: OperationHead): boolean;
}

const METHOD_AND_PATH = /^([a-z]+|\*)\s+(\/.*)$/i;

/**
 * Compiles a pattern: a glob for operationIds, `tag:NAME`, or `METHOD /path/*`. A `*` stands for any
 * text, slashes too.
 */
export function compilePattern(source: string): OperationPattern {
  const [, method, path] = METHOD_AND_PATH.exec(source) ?? [];
  if (method !== undefined && path !== undefined) {
    const isMethod = glob(method.toLowerCase());
    const isPath = glob(path);
    return { source, matches: (operation) => isMethod(operation.method) && isPath(operation.path) };
  }
  if (source.startsWith('tag:')) {
    const isTag = glob(source.slice('tag:'.length));
    return { source, matches: ({ tags }) => tags.some(isTag) };
  }
  const isId = glob(source);
  return { source, matches: ({ operationId }) => operationId !== undefined && isId(operationId) };
}

/** Searches each piece between asterisks once, without backtracking. */
function glob(pattern: string): (text: string) => boolean {
  if (!pattern.includes('*')) return (text) => text === pattern;
  const pieces = pattern.split('*');
  const first = pieces[0] as string;
  const last = pieces.at(-1) as string;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const piece of pieces.slice(1, -1)) {
      const found = text.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}

/** Tells whether an operation is selected. No `include` selects all. */
export function isSelected(
  operation: OperationHead,
  include: readonly OperationPattern[],
  exclude: readonly OperationPattern[],
): boolean {
  const isIn = (patterns: readonly OperationPattern[]) => patterns.some((each) => each.matches(operation));
  return (include.length === 0 || isIn(include)) && !isIn(exclude);
}
