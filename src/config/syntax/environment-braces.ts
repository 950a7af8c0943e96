import type { DataType } from '../types/datatypes.js';
import { bracesOf } from '../types/template.js';
import { ValueError } from '../types/value-error.js';
import type { Piece } from './substitution.js';

const REMEDIES: Readonly<Record<NonNullable<DataType<unknown>['variables']>, string>> = {
  'auth.vars':
    'set auth.vars.NAME to this variable, because braces have no meaning there, and write {{NAME}} here',
  kwargs: 'write {{variables}} into the file itself',
};

/**
 * Refuses a template if text from the environment changes its variables. A password that contains
 * `{{` must not be changed silently.
 *
 * @throws ValueError if braces from the environment would begin or end a variable.
 */
export function refuseForeignBraces(
  pieces: readonly Piece[],
  variables: NonNullable<DataType<unknown>['variables']>,
): void {
  const text = pieces.map((piece) => piece.text).join('');
  // With letters in place of the text from the environment, the variables must be at the same
  // positions.
  const own = pieces
    .map((piece) => (piece.fromEnvironment ? 'x'.repeat(piece.text.length) : piece.text))
    .join('');
  if (bracesOf(text).join() === bracesOf(own).join()) return;
  throw new ValueError(
    `an environment variable adds {{ or }} to this value and would change the template; ${REMEDIES[variables]}`,
  );
}
