import type { NamedTemplate, ProcedureConfig, ProcedureSettings, Template } from '../../config/model.js';
import { isFieldValue } from '../../config/types/http-fields.js';
import { serviceVariableOf, sourceForShow } from '../../config/types/template.js';
import { encodeCookie } from './cookies.js';
import { holdsDotSegment } from './dot-segments.js';
import { encodeText } from './encode-text.js';

/** A procedure whose `{{vars.name}}` are text, or why they cannot be. */
export interface FilledProcedure {
  readonly procedure: ProcedureConfig;
  /** For the log: which place lacks its value. Stand-ins are in the procedure then, and it may not be sent. */
  readonly fault: string | undefined;
}

/** What stands in a place while it has no value, so that callers' own mistakes are found all the same. */
const STAND_IN = 'pending';

/**
 * Writes a service's variables into the templates of a procedure, as text of the file's own: that is done when a variable
 * changes and not for each call, and no kwarg can ever fill such a place.
 *
 * @param read gives a variable's value; undefined for one that has none.
 */
export function fillServiceVars(
  procedure: ProcedureConfig,
  read: (name: string) => string | undefined,
): FilledProcedure {
  if (!usesServiceVars(procedure)) return { procedure, fault: undefined };
  let fault: string | undefined;
  const filler = (place: string, encode: Encode) => (template: Template) =>
    fillTemplate(template, (name, fallback) => {
      const value = read(name) || fallback;
      const text = value ? encode(value) : undefined;
      if (text === undefined) fault ??= `${place} has a variable that is empty or cannot stand there`;
      return text ?? STAND_IN;
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
  return { procedure: { ...procedure, settings }, fault };
}

/** Whether some template of the procedure names a variable of the service. */
export function usesServiceVars({ settings }: ProcedureConfig): boolean {
  const { path, headers, query, cookies, body } = settings;
  return [path, ...[...headers, ...query, ...cookies, ...body].map(({ template }) => template)].some(
    ({ parts }) => parts.some((part) => typeof part !== 'string' && serviceVariableOf(part) !== undefined),
  );
}

/** The text that stands for a value at its place; undefined where it cannot stand there. */
type Encode = (value: string) => string | undefined;

const inBody: Encode = (value) => (value.isWellFormed() ? value : undefined);
const inHeader: Encode = (value) => (isFieldValue(value) ? value : undefined);
/** Encoded when the request is built, as U+0000 cannot be. */
const inQuery: Encode = (value) => (value.isWellFormed() && !value.includes('\0') ? value : undefined);
/** A cookie without other variables counts as the file's own text, which is sent as it stands. */
const inCookie: Encode = (value) => inQuery(value) && encodeCookie(value, '');
const inPath: Encode = (value) =>
  inQuery(value) === undefined || value === '.' || value === '..' || holdsDotSegment(value)
    ? undefined
    : encodeText(value, 'Path variable', '');

/** Whether a call fills some of the template. */
function isOfCall({ parts }: Template): boolean {
  return parts.some((part) => typeof part !== 'string' && serviceVariableOf(part) === undefined);
}

function fillTemplate(
  template: Template,
  textOf: (name: string, fallback: string | undefined) => string,
): Template {
  const parts: Template['parts'][number][] = [];
  let isFilled = false;
  for (const part of template.parts) {
    const name = typeof part === 'string' ? undefined : serviceVariableOf(part);
    const piece = typeof part === 'string' || name === undefined ? part : textOf(name, part.fallback);
    isFilled ||= name !== undefined;
    const last = parts.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') parts[parts.length - 1] = last + piece;
    else parts.push(piece);
  }
  // What a variable brings is text: a key of digits is no number.
  return isFilled ? { source: sourceForShow(template), parts } : template;
}
