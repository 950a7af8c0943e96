import type { DataType } from './datatypes.js';
import { hideFromPrint } from './freeze.js';
import type { Piece } from './substitution.js';
import { MASK, parseTemplate, type Template } from './template.js';

export function isTemplate(value: unknown): value is Template {
  return typeof value === 'object' && value !== null && 'parts' in value && 'source' in value;
}

/**
 * Gives a template its form for showing, where the environment brought text that may be a secret: `${API_KEY}` in a header,
 * a query parameter, a cookie or a field of the body. In a URL and in a path only the query is one.
 */
export function maskEnvironment(
  template: Template,
  pieces: readonly Piece[],
  { secretFromEnvironment }: Pick<DataType<unknown>, 'secretFromEnvironment'>,
): Template {
  let before = '';
  let shown = '';
  let isMasked = false;
  for (const { text, fromEnvironment } of pieces) {
    const isSecret =
      fromEnvironment && text !== '' && (secretFromEnvironment !== 'query' || before.includes('?'));
    isMasked ||= isSecret;
    shown += isSecret ? MASK : text;
    before += text;
  }
  // The environment brings no braces, so the variables stand where they stood.
  return isMasked ? hideFromPrint({ ...template, masked: parseTemplate(shown).parts }) : template;
}
