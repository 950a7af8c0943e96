import { ValueError } from './value-error.js';

/** `{{name}}` or `{{name:-default}}` in a template. */
export interface Variable {
  readonly name: string;
  /** The default for a variable without a value; undefined when the template has none. */
  readonly fallback: string | undefined;
}

/** A value with variables, parsed once when the configuration is loaded. Two text parts never follow each other. */
export interface Template {
  /** The template's text, including text from the environment. Do not print it: use `masked`. */
  readonly source: string;
  readonly parts: readonly (string | Variable)[];
  /** In a JSON body, for a value without quotes: constants and defaults that are JSON keep their JSON type. */
  readonly typed?: true;
  /** The parts for display, when some text came from the environment: `***` replaces that text. */
  readonly masked?: Template['parts'];
}

/** Stands for a secret wherever something is shown and not sent. */
export const MASK = '***';

/** A template with a name: a header, a query parameter, a cookie or a field of the body. */
export interface NamedTemplate {
  readonly name: string;
  readonly template: Template;
}

/** A template that cannot be read: an unclosed `{{`, or a bad name. */
export class TemplateError extends ValueError {
  override readonly name = 'TemplateError';
}

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const FALLBACK_MARK = ':-';

/** Tells whether `name` can stand between `{{` and `}}`. */
export function isVariableName(name: string): boolean {
  return VARIABLE_NAME.test(name);
}

const SERVICE_VARIABLE = /^vars\.(.+)$/;

/** The name in `{{vars.name}}`, a variable of the service's `auth.vars` or `auth.secrets`; undefined for others. */
export function serviceVariableOf({ name }: Variable): string | undefined {
  return SERVICE_VARIABLE.exec(name)?.[1];
}

/** The template with `{{name}}` in place of `{{vars.name}}`: where only the service's variables can stand, both mean the same. */
export function withoutVarsPrefix(template: Template): Template {
  const parts = template.parts.map((part) =>
    typeof part === 'string' ? part : { ...part, name: serviceVariableOf(part) ?? part.name },
  );
  return { ...template, parts };
}

/** Where each `{{` that begins a variable stands, and its `}}`: -1 for one that is never closed. */
export function bracesOf(text: string): readonly (readonly [open: number, close: number])[] {
  const braces: [number, number][] = [];
  for (let open = text.indexOf('{{'); open >= 0; ) {
    const close = text.indexOf('}}', open + 2);
    braces.push([open, close]);
    open = close < 0 ? -1 : text.indexOf('{{', close + 2);
  }
  return braces;
}

/**
 * Reads `text` as a template. Text without `{{` is a template of one part (none, if empty); a lone `}}` is text.
 *
 * @throws TemplateError with a plain sentence that does not repeat the text.
 */
export function parseTemplate(source: string): Template {
  const parts: (string | Variable)[] = [];
  let position = 0;
  for (const [open, close] of bracesOf(source)) {
    if (open > position) parts.push(source.slice(position, open));
    if (close < 0) throw new TemplateError('a {{ is never closed; write {{name}} or {{name:-default}}');
    parts.push(parseVariable(source.slice(open + 2, close)));
    position = close + 2;
  }
  if (position < source.length) parts.push(source.slice(position));
  return { source, parts };
}

function parseVariable(inside: string): Variable {
  const mark = inside.indexOf(FALLBACK_MARK);
  const name = (mark < 0 ? inside : inside.slice(0, mark)).trim();
  if (name === '') throw new TemplateError('{{}} names no variable; write {{name}} or {{name:-default}}');
  if (!isVariableName(name)) {
    throw new TemplateError(
      'a name between {{ and }} may hold letters, digits, _ . - and must begin with a letter or _',
    );
  }
  return { name, fallback: mark < 0 ? undefined : inside.slice(mark + FALLBACK_MARK.length) };
}

/** The variables of a template, in order, repeated ones as often as they occur. */
export function variablesOf(template: Template): readonly Variable[] {
  return template.parts.filter((part): part is Variable => typeof part !== 'string');
}

/** All text that the template itself brings along: its literal parts and its fallbacks. */
export function literalsOf(template: Template): readonly string[] {
  return template.parts.flatMap((part) => (typeof part === 'string' ? [part] : (part.fallback ?? [])));
}

/** The template as the logs have it, in place of a URL for instance: `***` stands for what the environment brought. */
export function sourceForShow({ source, masked }: Template): string {
  if (masked === undefined) return source;
  return masked.map((part) => (typeof part === 'string' ? part : variableForShow(part))).join('');
}

function variableForShow({ name, fallback }: Variable): string {
  return fallback === undefined ? `{{${name}}}` : `{{${name}${FALLBACK_MARK}${fallback}}}`;
}
