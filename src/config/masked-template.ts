import { hideFromPrint } from './freeze.js';
import type { Piece } from './syntax/substitution.js';
import type { DataType } from './types/datatypes.js';
import { MASK, parseTemplate, type Template } from './types/template.js';

/** A URL up to the beginning of its path or query. */
const UP_TO_THE_PATH = /^[^/?]*\/\/[^/?]*[/?]/;

export function isTemplate(value: unknown): value is Template {
  return typeof value === 'object' && value !== null && 'parts' in value && 'source' in value;
}

/**
 * Adds masked parts for display if text from the environment may be a secret, such as `${API_KEY}`
 * in a header, a query parameter, a cookie, a path or a field of the body. Scheme, host and port of
 * a URL are not secret.
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
      fromEnvironment && text !== '' && (secretFromEnvironment === undefined || UP_TO_THE_PATH.test(before));
    isMasked ||= isSecret;
    shown += isSecret ? MASK : text;
    before += text;
  }
  // Text from the environment contains no braces, so the variables stay the same.
  return isMasked ? hideFromPrint({ ...template, masked: parseTemplate(shown).parts }) : template;
}
