import { ValueError } from '../types/value-error.js';
import { withoutLineBreak } from './line-break.js';

/** The environment variables for `${ENV}`. */
export type Environment = Readonly<Record<string, string | undefined>>;

// A default may hold {{variables}}, whose braces do not end it.
const REFERENCE = /\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-((?:\{\{[^{}]*\}\}|[^}])*))?\})?/g;
const CONVENTIONAL_NAME = /^[A-Z_][A-Z0-9_]*$/;

/** A part of a value, and whether it came out of the environment; a default stands in the file. */
export interface Piece {
  readonly text: string;
  readonly fromEnvironment: boolean;
}

/** What {@link substitutePieces} gives, in one text. */
export function substitute(text: string, env: Environment): string {
  return substitutePieces(text, env)
    .map((piece) => piece.text)
    .join('');
}

/**
 * Puts environment variables in place of `${NAME}` and `${NAME:-default}`. As in a shell, an empty variable takes the
 * default too. What a variable holds is not searched again.
 *
 * @throws ValueError where a variable without default is unset, or a `${` is malformed.
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

function readReference([reference, name, fallback]: RegExpExecArray, env: Environment): Piece {
  if (name === undefined || reference === '${') {
    throw new ValueError(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the file, not of a template string
      'a ${ is malformed; write ${NAME} or ${NAME:-default}, or put the value in quotes to keep it as it is',
    );
  }
  // Its first brace would end the outer reference, and the second one stay behind in the value.
  if (fallback?.includes('${')) {
    throw new ValueError(`the default in \${NAME:-default} cannot hold another \${NAME}`);
  }
  // The line break that a file or `echo` left behind a credential is no part of it.
  const given = Object.hasOwn(env, name) ? env[name] : undefined;
  const value = given === undefined ? undefined : withoutLineBreak(given);
  if (fallback !== undefined && (value === undefined || value === '')) {
    return { text: fallback, fromEnvironment: false };
  }
  if (value !== undefined) return { text: value, fromEnvironment: true };
  // A name in another style may be part of a password with "${" in it, and is not repeated.
  const shown = CONVENTIONAL_NAME.test(name) ? `the environment variable ${name}` : 'an environment variable';
  throw new ValueError(`${shown} is not set; set it, or write \${NAME:-default}`);
}
