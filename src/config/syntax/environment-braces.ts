import type { DataType } from '../types/datatypes.js';
import { bracesOf } from '../types/template.js';
import { ValueError } from '../types/value-error.js';
import type { Piece } from './substitution.js';

const REMEDIES: Readonly<Record<NonNullable<DataType<unknown>['variables']>, string>> = {
  'auth.vars': 'put it into auth.vars.NAME, which is taken as it is, and write {{NAME}} here',
  kwargs: 'what is meant as a variable goes into the file itself',
};

/**
 * Refuses a template of which the environment would make another one: a password with `{{` in it is a password, and must
 * not be altered without a word.
 *
 * @throws ValueError where braces out of the environment would begin or end a variable.
 */
export function refuseForeignBraces(
  pieces: readonly Piece[],
  variables: NonNullable<DataType<unknown>['variables']>,
): void {
  const text = pieces.map((piece) => piece.text).join('');
  // The same text with letters in place of all that the environment brings: its variables must stand where they stood.
  const own = pieces
    .map((piece) => (piece.fromEnvironment ? 'x'.repeat(piece.text.length) : piece.text))
    .join('');
  if (bracesOf(text).join() === bracesOf(own).join()) return;
  throw new ValueError(
    `an environment variable brings {{ or }} into this value, which would be read as a template; ${REMEDIES[variables]}`,
  );
}
