import type { NamedTemplate, ProcedureConfig, ProcedureSettings, Template } from '../../config/model.js';
import { isFieldValue } from '../../config/types/http-fields.js';
import { serviceVariableOf, sourceForShow } from '../../config/types/template.js';
import { encodeCookie } from './request/cookies.js';
import { holdsDotSegment } from './request/dot-segments.js';
import { encodeText } from './request/encode-text.js';

/** A procedure after its `{{vars.name}}` were replaced by their values. */
export interface FilledProcedure {
  readonly procedure: ProcedureConfig;
  /**
   * For the log: which template has no value. The procedure then contains placeholders, and its
   * requests must not be sent.
   */
  readonly problem: string | undefined;
}

/** Replaces a missing value, so that mistakes in the kwargs are still found. */
const PLACEHOLDER = 'pending';

/**
 * Replaces a service's variables in the templates of a procedure by text, as if the text were in
 * the file. So the work is done when a variable changes, not for each call. Kwargs cannot replace
 * these variables.
 *
 * @param read returns a variable's value, or undefined if it has none
 */
export function fillServiceVars(
  procedure: ProcedureConfig,
  read: (name: string) => string | undefined,
): FilledProcedure {
  if (!usesServiceVars(procedure)) return { procedure, problem: undefined };
  let problem: string | undefined;
  const filler = (place: string, encode: Encode) => (template: Template) =>
    fillTemplate(template, (name, defaultText) => {
      const value = read(name) || defaultText;
      const text = value ? encode(value) : undefined;
      if (text === undefined) problem ??= `${place} has a variable that is empty or not allowed there`;
      return text ?? PLACEHOLDER;
    });
  const named = (
    place: string,
    encode: Encode,
    templates: readonly NamedTemplate[],
  ): readonly NamedTemplate[] =>
    templates.map(({ name, template }) => ({ name, template: filler(`${place} ${name}`, encode)(template) }));
  const { path, headers, query, cookies, body } = procedure.settings;
  const settings: ProcedureSettings = {
    ...procedure.settings,
    path: filler('the path', inPath)(path),
    headers: named('header', inHeader, headers),
    query: named('query parameter', inQuery, query),
    cookies: cookies.map(({ name, template }) => ({
      name,
      template: filler(`cookie ${name}`, isOfCall(template) ? inQuery : inCookie)(template),
    })),
    body: named('body field', inBody, body),
  };
  return { procedure: { ...procedure, settings }, problem };
}

/** Whether a template of the procedure contains a variable of the service. */
export function usesServiceVars({ settings }: ProcedureConfig): boolean {
  const { path, headers, query, cookies, body } = settings;
  return [path, ...[...headers, ...query, ...cookies, ...body].map(({ template }) => template)].some(
    ({ parts }) => parts.some((part) => typeof part !== 'string' && serviceVariableOf(part) !== undefined),
  );
}

/** Encodes a value for its place. Returns undefined if it is not allowed there. */
type Encode = (value: string) => string | undefined;

const inBody: Encode = (value) => (value.isWellFormed() ? value : undefined);
const inHeader: Encode = (value) => (isFieldValue(value) ? value : undefined);
/**
 * Only checks the value, because it is encoded when the request is built. U+0000 cannot be encoded.
 */
const inQuery: Encode = (value) => (value.isWellFormed() && !value.includes('\0') ? value : undefined);
/**
 * Encodes the value, because a cookie without other variables is sent unchanged, like text from the
 * file.
 */
const inCookie: Encode = (value) => inQuery(value) && encodeCookie(value, '');
const inPath: Encode = (value) =>
  inQuery(value) === undefined || value === '.' || value === '..' || holdsDotSegment(value)
    ? undefined
    : encodeText(value, 'Path variable', '');

/** Whether the template also has variables of the call. */
function isOfCall({ parts }: Template): boolean {
  return parts.some((part) => typeof part !== 'string' && serviceVariableOf(part) === undefined);
}

function fillTemplate(
  template: Template,
  textOf: (name: string, defaultText: string | undefined) => string,
): Template {
  const parts: Template['parts'][number][] = [];
  let isFilled = false;
  for (const part of template.parts) {
    const name = typeof part === 'string' ? undefined : serviceVariableOf(part);
    const piece = typeof part === 'string' || name === undefined ? part : textOf(name, part.defaultText);
    isFilled ||= name !== undefined;
    const last = parts.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') parts[parts.length - 1] = last + piece;
    else parts.push(piece);
  }
  // The result is always text. So an API key that consists of digits does
  // not become a number.
  return isFilled ? { source: sourceForShow(template), parts } : template;
}
