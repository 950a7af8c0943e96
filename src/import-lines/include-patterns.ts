import { type OperationHead, operationText } from '../openapi/model/api-model.js';
import { compilePattern } from '../openapi/names/select-operations.js';
import { isValue } from './setting.js';

/**
 * Finds a pattern of `openapi.include` that selects one operation and no other: its operationId, or
 * its method and path.
 *
 * @param all every operation of the document
 * @returns undefined if there is none that a line can hold
 */
export function patternOf(operation: OperationHead, all: readonly OperationHead[]): string | undefined {
  const { operationId = '' } = operation;
  const path = operationText(operation);
  // An asterisk stands for what a list cannot hold.
  const candidates = [operationId, path, path.replace(/[\p{C}"'$]|\s+$/gu, '*')];
  return candidates.find((candidate) => {
    if (!isItem(candidate)) return false;
    const { matches } = compilePattern(candidate);
    return all.every((each) => matches(each) === (each === operation));
  });
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
