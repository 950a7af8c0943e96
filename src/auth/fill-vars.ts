import type { Template } from '../config/types/template.js';

export { MASK } from '../config/types/template.js';

/**
 * Fills a template with the service's variables. Returns undefined if a variable has no value and
 * no default.
 */
export function fillVars(
  parts: Template['parts'],
  read: (name: string) => string | undefined,
): string | undefined {
  let text = '';
  for (const part of parts) {
    const piece = typeof part === 'string' ? part : (read(part.name) ?? part.defaultText);
    if (piece === undefined) return undefined;
    text += piece;
  }
  return text;
}
