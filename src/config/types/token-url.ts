import type { Template } from './template.js';
import { checkUrl } from './url-types.js';
import { ValueError } from './value-error.js';

/** The variable for the JWT of `auth.fetch.assertion`. */
export const ASSERTION = 'assertion';

/** Returns the value of a variable; undefined if only a secrets provider knows it. */
type LookUp = (name: string) => string | undefined;

/**
 * Checks the URL of the token request with the values that are known at load. The value of a
 * variable is percent-encoded in this URL, so it cannot add a scheme, a port or a path.
 *
 * @throws ValueError
 */
export function checkTokenUrl(template: Template, lookUp: LookUp): void {
  const { parts } = template;
  const variable = parts.findIndex((part) => typeof part !== 'string');
  if (variable >= 0 && !/^https?:\/\//i.test(parts.slice(0, variable).join(''))) {
    throw new ValueError(
      'must begin with a literal http:// or https://, because the value of a variable is percent-encoded here',
    );
  }
  const encode: LookUp = (name) => {
    const value = lookUp(name);
    return value && encodeURIComponent(value.toWellFormed());
  };
  const url = parts.map((part) => (typeof part === 'string' ? part : (encode(part.name) ?? '1'))).join('');
  const [origin = ''] = /^[^:]+:\/\/[^/?]*/.exec(url) ?? [];
  if (origin.includes('%') && !URL.canParse(origin)) {
    throw new ValueError(
      'is not a valid URL: the value of a variable is percent-encoded here, so a : or / in it does not separate a port or ' +
        'a path; write : and / outside the variables, as in https://{{host}}:{{port}}/{{tenant}}',
    );
  }
  checkUrl(template, ({ name }) => encode(name));
}

/**
 * Tells whether a variable in the path of a valid URL contains a `/`, which will not separate
 * segments.
 */
export function hasEncodedSlash({ parts }: Template, lookUp: LookUp): boolean {
  const query = parts.findIndex((part) => typeof part === 'string' && part.includes('?'));
  const path = parts.slice(0, query < 0 ? undefined : query);
  return path.some((part) => typeof part !== 'string' && lookUp(part.name)?.includes('/') === true);
}
