import type { Template } from './template.js';
import { checkUrl } from './url-types.js';
import { ValueError } from './value-error.js';

/** What a variable holds, by its name; undefined for what only a secrets provider knows. */
type LookUp = (name: string) => string | undefined;

/**
 * Checks the URL of the token request with the values that are known at load. In it a variable is text that fills one
 * place: what it holds is percent-encoded, and so brings neither a beginning nor a port nor a path.
 *
 * @throws ValueError
 */
export function checkTokenUrl(template: Template, lookUp: LookUp): void {
  const { parts } = template;
  const variable = parts.findIndex((part) => typeof part !== 'string');
  if (variable >= 0 && !/^https?:\/\//i.test(parts.slice(0, variable).join(''))) {
    throw new ValueError(
      'must begin with http:// or https:// before any variable: what a variable holds is percent-encoded here',
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
      'is not a valid URL: what a variable holds is percent-encoded here, so that a : or / in it brings neither port nor ' +
        'path; write these into the value itself, or give each its variable, as in https://{{host}}:{{port}}/{{tenant}}',
    );
  }
  checkUrl(template, ({ name }) => encode(name));
}

/** Whether a variable in the path of a good URL holds a `/`, which will part nothing there. */
export function hasEncodedSlash({ parts }: Template, lookUp: LookUp): boolean {
  const query = parts.findIndex((part) => typeof part === 'string' && part.includes('?'));
  const path = parts.slice(0, query < 0 ? undefined : query);
  return path.some((part) => typeof part !== 'string' && lookUp(part.name)?.includes('/') === true);
}
