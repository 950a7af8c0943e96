import type { Template, Variable } from '../../config/types/template.js';
import { BadRequest, type Call } from './call.js';

/**
 * The value of a template for one call: a template that is exactly one variable keeps the value's type, mixed text is
 * text, and `undefined` means that a variable is missing and has no default.
 */
export type Filler = (call: Call) => unknown;

/** The kwargs that a template uses, so that they count as consumed; the router's own variables are not among them. */
export function kwargNames(template: Template): string[] {
  return variables(template)
    .map((variable) => variable.name)
    .filter((name) => !isRouterVariable(name));
}

/** Prepares a template for filling: what can be decided once is decided here. */
export function compileTemplate(template: Template, what: string, realm: string): Filler {
  const [first] = template.parts;
  if (variables(template).length === 0) {
    const constant = template.parts.join('');
    return () => constant;
  }
  if (template.parts.length === 1 && first !== undefined && typeof first !== 'string') {
    return compileVariable(first, realm);
  }
  const parts = template.parts.map((part) =>
    typeof part === 'string' ? part : compileMixedVariable(part, what, realm),
  );
  return (call) => {
    let text = '';
    for (const part of parts) {
      const piece = typeof part === 'string' ? part : part(call);
      if (piece === undefined) return undefined;
      text += piece;
    }
    return text;
  };
}

/**
 * Reads one variable of a call: from the router where its name says so, else from the kwargs.
 *
 * @param fallback its default, which in a JSON body may be more than text.
 */
export function compileVariable(
  { name, fallback: text }: Variable,
  realm: string,
  fallback: unknown = text,
): Filler {
  switch (name) {
    case 'realm':
      return () => realm;
    case 'caller.session':
      return (call) => call.caller.session ?? fallback;
    case 'caller.authid':
      return (call) => call.caller.authid ?? fallback;
    case 'caller.authrole':
      return (call) => call.caller.authrole ?? fallback;
    default:
      return (call) =>
        (Object.hasOwn(call.kwargs, name) ? call.kwargs[name] : undefined) ?? absent(call, name, fallback);
  }
}

/** A null counts as given only where null means something (in a body); a default replaces it. */
function absent(call: Call, name: string, fallback: unknown): unknown {
  if (fallback !== undefined) return fallback;
  return Object.hasOwn(call.kwargs, name) ? call.kwargs[name] : undefined;
}

/**
 * True for values that have one plain text: strings, numbers (big integers too) and booleans. A number too large for a
 * double, as 1e400 is, has none: it would go out as the word Infinity.
 */
export function isScalar(value: unknown): value is string | number | bigint | boolean {
  const type = typeof value;
  return type === 'string' || Number.isFinite(value) || type === 'boolean' || type === 'bigint';
}

export function isDictionary(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function compileMixedVariable(
  variable: Variable,
  what: string,
  realm: string,
): (call: Call) => string | undefined {
  const read = compileVariable(variable, realm);
  return (call) => {
    const value = read(call);
    if (value === undefined || value === null) return undefined;
    if (!isScalar(value)) {
      throw new BadRequest(`${what}: "${variable.name}" must be text, a number or a boolean`);
    }
    return String(value);
  };
}

function variables(template: Template): Variable[] {
  return template.parts.filter((part): part is Variable => typeof part !== 'string');
}

function isRouterVariable(name: string): boolean {
  return name === 'realm' || name.startsWith('caller.');
}
