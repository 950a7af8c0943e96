import { ValueError } from './value-error.js';

/** The environment that `${ENV}` reads from. */
export type Environment = Readonly<Record<string, string | undefined>>;

// A default may hold {{variables}}, whose braces do not end it.
const REFERENCE = /\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-((?:\{\{[^{}]*\}\}|[^}])*))?\})?/g;
const CONVENTIONAL_NAME = /^[A-Z_][A-Z0-9_]*$/;

/**
 * Puts environment variables in place of `${NAME}` and `${NAME:-default}`. As in a shell, an empty variable takes the
 * default too. What a variable holds is not searched again.
 *
 * @throws ValueError where a variable without default is unset, or a `${` is malformed.
 */
export function substitute(text: string, env: Environment): string {
  return text.replace(REFERENCE, (reference, name: string | undefined, fallback: string | undefined) => {
    if (name === undefined || reference === '${') {
      throw new ValueError(
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the file, not of a template string
        'a ${ is malformed; write ${NAME} or ${NAME:-default}, or put the value in quotes to keep it as it is',
      );
    }
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
    if (value !== undefined) return value;
    // A name in another style may be part of a password with "${" in it, and is not repeated.
    const shown = CONVENTIONAL_NAME.test(name)
      ? `the environment variable ${name}`
      : 'an environment variable';
    throw new ValueError(`${shown} is not set; set it, or write \${NAME:-default}`);
  });
}
