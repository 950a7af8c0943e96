import type { Parameter } from '../../../openapi/model/api-model.js';
import type { Call, Kwargs } from '../call.js';
import type { HeaderParameter } from '../request/headers.js';
import type { IsOwned } from '../request/owned-names.js';
import { compileCookieStyle, compileHeaderStyle } from './field-styles.js';
import { refuseGivenNames } from './given-names.js';
import { compileQueryStyle } from './query-styles.js';

/** The value of a kwarg, or undefined. Never a member of the prototype. */
export function kwargOf(kwargs: Kwargs, name: string): unknown {
  return Object.hasOwn(kwargs, name) ? kwargs[name] : undefined;
}

/**
 * Compiles the query parameters of an operation, in the order of the document. The query begins with
 * `&`.
 *
 * @param isGiven tells which names the configuration sets
 */
export function compileQueryParameters(
  parameters: readonly Parameter[],
  isGiven: IsOwned,
): (kwargs: Kwargs, max: number) => string {
  const compiled = parameters.map((parameter) => ({
    kwarg: parameter.kwarg,
    write: compileQueryStyle(parameter.name, parameter.kwarg, parameter),
    checkNames: namesCheck(parameter, isGiven),
  }));
  return (kwargs, max) => {
    let query = '';
    for (const { kwarg, write, checkNames } of compiled) {
      const value = kwargOf(kwargs, kwarg);
      if (value === undefined || value === null) continue;
      checkNames?.(value);
      query += write(value, max - query.length);
    }
    return query;
  };
}

export function compileHeaderParameters(parameters: readonly Parameter[]): readonly HeaderParameter[] {
  return parameters.map((parameter) => {
    const { name, kwarg } = parameter;
    const write = compileHeaderStyle(kwarg, parameter);
    return {
      name,
      fill: ({ kwargs }) => {
        const value = kwargOf(kwargs, kwarg);
        return value === undefined || value === null ? undefined : write(value);
      },
    };
  });
}

/** @returns undefined if there are no cookies */
export function compileCookieParameters(
  parameters: readonly Parameter[],
  isGiven: IsOwned,
  max: number,
): ((call: Call) => readonly string[]) | undefined {
  if (parameters.length === 0) return undefined;
  const compiled = parameters.map((parameter) => ({
    kwarg: parameter.kwarg,
    write: compileCookieStyle(parameter.name, parameter.kwarg, parameter, max),
    checkNames: namesCheck(parameter, isGiven),
  }));
  return ({ kwargs }) =>
    compiled.flatMap(({ kwarg, write, checkNames }) => {
      const value = kwargOf(kwargs, kwarg);
      if (value === undefined || value === null) return [];
      checkNames?.(value);
      return write(value);
    });
}

/** @returns undefined if the value of the parameter gives no names */
function namesCheck(
  { kwarg, explode, style, isJson }: Parameter,
  isGiven: IsOwned,
): ((value: unknown) => void) | undefined {
  if (!explode || isJson || style === 'deepObject') return undefined;
  return (value) => refuseGivenNames(value, kwarg, isGiven);
}
