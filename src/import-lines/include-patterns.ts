import { type OperationHead, operationText } from '../openapi/model/api-model.js';
import { compilePattern } from '../openapi/names/select-operations.js';
import { isValue } from './setting.js';

/** How many operations may be compared with patterns that have an asterisk. */
const MAX_COMPARED = 10_000_000;

/** Another kind of pattern than an operationId. */
const OTHER_KIND = /^(?:tag:|[a-z]+\s+\/)/i;

/**
 * Finds a pattern of `openapi.include` that selects one operation and no other: its operationId, or
 * its method and path.
 *
 * @param all every operation of the document
 * @returns a function that returns undefined if there is no pattern that a line can hold
 */
export function createPatternFinder(
  all: readonly OperationHead[],
): (operation: OperationHead) => string | undefined {
  const uses = new Map<string, number>();
  for (const { operationId = '' } of all) uses.set(operationId, (uses.get(operationId) ?? 0) + 1);
  let compared = 0;

  function selectsOnly(pattern: string, operation: OperationHead): boolean {
    compared += all.length;
    if (compared > MAX_COMPARED) return false;
    const { matches } = compilePattern(pattern);
    return all.every((each) => matches(each) === (each === operation));
  }

  return (operation) => {
    const { operationId: id = '' } = operation;
    const isPlainId = isItem(id) && !id.includes('*') && !OTHER_KIND.test(id);
    if (isPlainId && uses.get(id) === 1) return id;
    const text = operationText(operation);
    // A document has each method of a path once.
    if (isItem(text) && !text.includes('*')) return text;
    // An asterisk stands for what a list cannot hold.
    const glob = text.replace(/[\p{C}"'$]|\s+$/gu, '*');
    return isItem(glob) && selectsOnly(glob, operation) ? glob : undefined;
  };
}

/** A list replaces environment variables also between quotes, and drops spaces around an item. */
function isItem(text: string): boolean {
  return text !== '' && text === text.trim() && isValue(text) && !text.includes('$');
}

/** Writes patterns as a list. A comma, a quote and ` #` need quotes. */
export function patternList(patterns: readonly string[]): string {
  return patterns.map(itemText).join(', ');
}

function itemText(pattern: string): string {
  if (!/[,"'#]/.test(pattern)) return pattern;
  return pattern.includes('"') ? `'${pattern}'` : `"${pattern}"`;
}
