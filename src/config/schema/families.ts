import { frozenMap, hideFromPrint, secretMap } from '../freeze.js';
import type { DataType } from '../types/datatypes.js';
import type { NamedTemplate, Template } from '../types/template.js';
import { isReservedVariable, isVariableName } from '../types/template.js';
import { ValueError } from '../types/value-error.js';
import type { Member } from './spec.js';

/** How the members of a family become one setting. */

export function namedTemplates(members: readonly Member<string, Template>[]): readonly NamedTemplate[] {
  return members.map(({ name, value }) => ({ name, template: value }));
}

/** Templates that may hold secrets in their literal text. */
export function secretTemplates(members: readonly Member<string, Template>[]): readonly NamedTemplate[] {
  return members.map(({ name, value }) => ({ name, template: hideFromPrint(value) }));
}

export function mapByStatus(members: readonly Member<number, string>[]): ReadonlyMap<number, string> {
  return frozenMap(members.map(({ name, value }) => [name, value] as const));
}

export function secretsByName(members: readonly Member<string, string>[]): ReadonlyMap<string, string> {
  return secretMap(members.map(({ name, value }) => [name, value] as const));
}

/** Header names are case-insensitive (RFC 9110 section 5.1). */
export const foldHeader = (name: string): string => name.toLowerCase();

/** The status in `errors.404`. A status below 300 is not an error. */
export const errorStatus: DataType<number> = {
  description: 'HTTP status from 300 to 599',
  parse(name) {
    if (!/^[345]\d\d$/.test(name)) throw new ValueError('the key must end in an HTTP status from 300 to 599');
    return Number(name);
  },
};

/** The name of a variable in `auth.vars.NAME`. */
export const variableName: DataType<string> = {
  description: 'variable name',
  parse(name) {
    if (!isVariableName(name)) {
      throw new ValueError(
        'a variable name may hold letters, digits, _ . - and must begin with a letter or _',
      );
    }
    if (isReservedVariable(name)) {
      throw new ValueError('the names realm, caller.* and vars.* are reserved');
    }
    return name;
  },
};
