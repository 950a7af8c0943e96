import { isReservedVariable, type Template, variablesOf } from './template.js';

/** The part before NAME in `{{caller.meta.NAME}}`. */
export const META_PREFIX = 'caller.meta.';

/** The caller of a request, as the router reports it. */
export type CallerVariable = 'realm' | 'caller.authid' | 'caller.authrole' | `caller.meta.${string}`;

/** Tells whether a variable of `auth.fetch` differs from caller to caller. */
export function isCallerVariable(name: string): name is CallerVariable {
  return (
    name === 'realm' ||
    name === 'caller.authid' ||
    name === 'caller.authrole' ||
    (name.startsWith(META_PREFIX) && name.length > META_PREFIX.length)
  );
}

/** Tells whether the template has a variable that differs from caller to caller. */
export function hasCallerVariable(template: Template): boolean {
  return variablesOf(template).some(({ name }) => isCallerVariable(name));
}

/**
 * Why a variable with the name of a caller's variable cannot be used. Undefined if it can, or if it
 * is another variable.
 *
 * @param inTokenRequest true in the keys of `auth.fetch` that have variables
 */
export function callerVariableProblem(name: string, inTokenRequest: boolean): string | undefined {
  if (!isReservedVariable(name)) return undefined;
  if (!inTokenRequest) {
    return 'a variable of the caller ({{caller.NAME}} or {{realm}}) is allowed only in auth.fetch and in procedures: here, one value serves all callers';
  }
  if (isCallerVariable(name)) return undefined;
  if (name === 'caller.session') {
    return '{{caller.session}} is not allowed in auth.fetch, because each session would get a token of its own: use {{caller.authid}}';
  }
  return 'is not a variable of the caller: use {{caller.authid}}, {{caller.authrole}}, {{caller.meta.NAME}} or {{realm}}';
}
