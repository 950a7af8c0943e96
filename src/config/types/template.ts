import { ValueError } from './value-error.js';

/** `{{name}}` or `{{name:-default}}` in a template. */
export interface Variable {
  readonly name: string;
  /** The default for a variable without a value; undefined when the template has none. */
  readonly defaultText: string | undefined;
}

/**
 * A value with variables, parsed once when the configuration is loaded. Two text parts never follow
 * each other.
 */
export interface Template {
  /** The template's text, including text from the environment. Do not print it: use `masked`. */
  readonly source: string;
  readonly parts: readonly (string | Variable)[];
  /**
   * True for a value without quotes in a JSON body. If its constant text or its default is valid
   * JSON, this text keeps its JSON type.
   */
  readonly typed?: true;
  /** The parts for display, when some text came from the environment: `***` replaces that text. */
  readonly masked?: Template['parts'];
}

/** Replaces a secret in text that is shown and not sent. */
export const MASK = '***';

/** A template with a name: a header, a query parameter, a cookie or a field of the body. */
export interface NamedTemplate {
  readonly name: string;
  readonly template: Template;
}

/** A template is malformed: a `{{` is not closed, or a name is not valid. */
export class TemplateError extends ValueError {
  override readonly name = 'TemplateError';
}

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const DEFAULT_MARK = ':-';

/** Tells whether `name` is allowed between `{{` and `}}`. */
export function isVariableName(name: string): boolean {
  return VARIABLE_NAME.test(name);
}

const SERVICE_VARIABLE = /^vars\.(.+)$/;

/**
 * The name in `{{vars.name}}`, which is a variable of `auth.vars` or `auth.secrets`; undefined for
 * other variables.
 */
export function serviceVariableOf({ name }: Variable): string | undefined {
  return SERVICE_VARIABLE.exec(name)?.[1];
}

/**
 * Replaces `{{vars.name}}` by `{{name}}`. Both mean the same where only variables of the service
 * are allowed.
 */
export function withoutVarsPrefix(template: Template): Template {
  const parts = template.parts.map((part) =>
    typeof part === 'string' ? part : { ...part, name: ownVariableOf(part) ?? part.name },
  );
  return { ...template, parts };
}

/** `{{vars.caller.authid}}` and `{{vars.realm}}` are no variables of the service. */
function ownVariableOf(variable: Variable): string | undefined {
  const name = serviceVariableOf(variable);
  return name !== undefined && isReservedVariable(name) ? undefined : name;
}

/** Tells whether `auth.vars` and `auth.secrets` cannot define a variable of this name. */
export function isReservedVariable(name: string): boolean {
  return name === 'realm' || /^(?:caller|vars)(?:\.|$)/i.test(name);
}

/** The positions of each `{{` that begins a variable and of its `}}`, or -1 if it is not closed. */
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
 * Parses a template. Text without `{{` becomes one part; empty text becomes no part. A `}}` without
 * `{{` is text.
 *
 * @throws TemplateError whose message does not repeat the text.
 */
export function parseTemplate(source: string): Template {
  const parts: (string | Variable)[] = [];
  let position = 0;
  for (const [open, close] of bracesOf(source)) {
    if (open > position) parts.push(source.slice(position, open));
    if (close < 0) throw new TemplateError('a {{ is not closed; write {{name}} or {{name:-default}}');
    parts.push(parseVariable(source.slice(open + 2, close)));
    position = close + 2;
  }
  if (position < source.length) parts.push(source.slice(position));
  return { source, parts };
}

function parseVariable(inside: string): Variable {
  const mark = inside.indexOf(DEFAULT_MARK);
  const name = (mark < 0 ? inside : inside.slice(0, mark)).trim();
  if (name === '') throw new TemplateError('{{}} has no name; write {{name}} or {{name:-default}}');
  if (!isVariableName(name)) {
    throw new TemplateError(
      'a name between {{ and }} may contain only letters, digits, _ . - and must begin with a letter or _',
    );
  }
  return { name, defaultText: mark < 0 ? undefined : inside.slice(mark + DEFAULT_MARK.length) };
}

/** The variables of a template, in order and with repetitions. */
export function variablesOf(template: Template): readonly Variable[] {
  return template.parts.filter((part): part is Variable => typeof part !== 'string');
}

/** All text of the template itself: its literal parts and its defaults. */
export function literalsOf(template: Template): readonly string[] {
  return template.parts.flatMap((part) => (typeof part === 'string' ? [part] : (part.defaultText ?? [])));
}

/** The template as logs show it, for example as a URL, with `***` for text from the environment. */
export function sourceForShow({ source, masked }: Template): string {
  if (masked === undefined) return source;
  return masked.map((part) => (typeof part === 'string' ? part : variableForShow(part))).join('');
}

function variableForShow({ name, defaultText }: Variable): string {
  return defaultText === undefined ? `{{${name}}}` : `{{${name}${DEFAULT_MARK}${defaultText}}}`;
}
