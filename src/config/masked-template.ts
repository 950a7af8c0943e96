import { hideFromPrint } from './freeze.js';
import type { Piece } from './syntax/substitution.js';
import type { DataType } from './types/datatypes.js';
import { MASK, parseTemplate, type Template } from './types/template.js';

/** A URL up to where its path or query begins. */
const BEHIND_THE_HOST = /^[^/?]*\/\/[^/?]*[/?]/;

export function isTemplate(value: unknown): value is Template {
  return typeof value === 'object' && value !== null && 'parts' in value && 'source' in value;
}

/**
 * Gives a template its form for showing, where the environment brought text that may be a secret: `${API_KEY}` in a header,
 * a query parameter, a cookie, a path or a field of the body. In a URL scheme, host and port are none.
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
      fromEnvironment && text !== '' && (secretFromEnvironment === undefined || BEHIND_THE_HOST.test(before));
    isMasked ||= isSecret;
    shown += isSecret ? MASK : text;
    before += text;
  }
  // The environment brings no braces, so the variables stand where they stood.
  return isMasked ? hideFromPrint({ ...template, masked: parseTemplate(shown).parts }) : template;
}
