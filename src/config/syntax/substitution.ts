import { ValueError } from '../types/value-error.js';
import { withoutLineBreak } from './line-break.js';

/** The environment variables for `${ENV}`. */
export type Environment = Readonly<Record<string, string | undefined>>;

// A default may contain {{variables}}. Their braces do not end it.
const REFERENCE = /\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-((?:\{\{[^{}]*\}\}|[^}])*))?\})?/g;
const CONVENTIONAL_NAME = /^[A-Z_][A-Z0-9_]*$/;

/** A part of a value, and whether it comes from the environment. A default comes from the file. */
export interface Piece {
  readonly text: string;
  readonly fromEnvironment: boolean;
  /** The name of the environment variable, if the text is its value. */
  readonly variable?: string;
}

/** Joins the pieces of {@link substitutePieces}. */
export function substitute(text: string, env: Environment): string {
  return substitutePieces(text, env)
    .map((piece) => piece.text)
    .join('');
}

/**
 * Replaces `${NAME}` and `${NAME:-default}` by environment variables. As in a shell, the default
 * also replaces an empty variable. A `${NAME}` in the value of a variable is not replaced.
 *
 * @throws ValueError if a variable without default is unset, or a `${` is malformed.
 */
export function substitutePieces(text: string, env: Environment): readonly Piece[] {
  const pieces: Piece[] = [];
  let position = 0;
  for (const match of text.matchAll(REFERENCE)) {
    pieces.push({ text: text.slice(position, match.index), fromEnvironment: false });
    pieces.push(readReference(match, env));
    position = match.index + match[0].length;
  }
  pieces.push({ text: text.slice(position), fromEnvironment: false });
  return pieces;
}

function readReference([reference, name, defaultText]: RegExpExecArray, env: Environment): Piece {
  if (name === undefined || reference === '${') {
    throw new ValueError(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the file, not of a template string
      'a ${ is malformed; write ${NAME} or ${NAME:-default}, or put the value in quotes to keep it as it is',
    );
  }
  // The first } would end the outer reference, and the second } would stay in the value.
  if (defaultText?.includes('${')) {
    throw new ValueError(`the default in \${NAME:-default} must not contain another \${NAME}`);
  }
  // A line break after a credential comes from a file or from `echo` and does not belong to it.
  const given = Object.hasOwn(env, name) ? env[name] : undefined;
  const value = given === undefined ? undefined : withoutLineBreak(given);
  if (defaultText !== undefined && (value === undefined || value === '')) {
    return { text: defaultText, fromEnvironment: false };
  }
  if (value !== undefined) return { text: value, fromEnvironment: true, variable: name };
  // A name in another style may be part of a password that contains "${", so the message omits it.
  const shown = CONVENTIONAL_NAME.test(name) ? `the environment variable ${name}` : 'an environment variable';
  throw new ValueError(`${shown} is not set; set it, or write \${NAME:-default}`);
}
