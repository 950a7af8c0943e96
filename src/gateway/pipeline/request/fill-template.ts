import type { Template, Variable } from '../../../config/types/template.js';
import type { Caller } from '../../../upstream/caller.js';
import { BadRequest, type Call } from '../call.js';

/**
 * Returns the value of a template for one call. If the template is exactly one variable, the value
 * keeps its type. Any other template gives text. Returns undefined if a variable is missing and has
 * no default.
 */
export type Filler = (call: Call) => unknown;

/** The kwargs that a template uses, without the variables of the router. */
export function kwargVariables(template: Template): Variable[] {
  return variables(template).filter(({ name }) => !isRouterVariable(name));
}

export function kwargNames(template: Template): string[] {
  return kwargVariables(template).map(({ name }) => name);
}

/** Compiles a template once, so that a call only fills in its values. */
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
 * Compiles a function that reads one variable. The router gives `realm` and `caller.*`. The kwargs
 * give all other variables.
 *
 * @param defaultValue the default of the variable. In a JSON body it may be something other than
 *   text.
 */
export function compileVariable(
  { name, defaultText }: Variable,
  realm: string,
  defaultValue: unknown = defaultText,
): Filler {
  switch (name) {
    case 'realm':
      return () => realm;
    case 'caller.session':
      return ({ caller }) => caller.session ?? defaultValue ?? undisclosed(name);
    case 'caller.authid':
      return ({ caller }) => caller.authid ?? defaultValue ?? absentUnlessUndisclosed(caller, name);
    case 'caller.authrole':
      return ({ caller }) => caller.authrole ?? defaultValue ?? absentUnlessUndisclosed(caller, name);
    default:
      return (call) =>
        (Object.hasOwn(call.kwargs, name) ? call.kwargs[name] : undefined) ??
        valueOrDefault(call, name, defaultValue);
  }
}

/** A disclosed caller always has a session, but not always an authid or an authrole. */
function absentUnlessUndisclosed({ session }: Caller, name: string): undefined {
  return session === undefined ? undisclosed(name) : undefined;
}

/** @throws BadRequest always: the request would be sent without the identity that it needs. */
function undisclosed(name: string): never {
  const message = `the router does not disclose the caller, but the procedure needs {{${name}}}. Let the router disclose callers: allow_disclose in nexus, disclose.caller in Crossbar.io, wamp.disclose_me in the router of rpc-gateway`;
  // Not the fault of the kwargs, which the log would blame otherwise. Crossbar.io is silent about it.
  throw new BadRequest(message, { cause: message });
}

/**
 * The value for a kwarg that is null or missing: the default, otherwise undefined or null. Null has
 * a meaning in a body.
 */
function valueOrDefault(call: Call, name: string, defaultValue: unknown): unknown {
  if (defaultValue !== undefined) return defaultValue;
  return Object.hasOwn(call.kwargs, name) ? call.kwargs[name] : undefined;
}

/**
 * True for values with a text form: strings, numbers (including big integers) and booleans. False
 * for a number too large for a double, such as 1e400, because its text would be `Infinity`.
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

/** Whether a template has a variable that only the identity of the caller can fill. */
export function usesCaller(template: Template): boolean {
  return variables(template).some(({ name }) => name.startsWith('caller.'));
}

function isRouterVariable(name: string): boolean {
  return name === 'realm' || name.startsWith('caller.');
}
