import type { ProcedureDescription } from '../gateway/descriptions/description.js';
import {
  type DefsOfDirection,
  type Direction,
  defsOfDirection,
  directedDefs,
  namesOfDefs,
} from './directed-defs.js';
import { ownErrorsIn } from './error-uris.js';
import { camelCase, createNames, pascalCase } from './names.js';
import { commentOf } from './object-type.js';
import type { TypeScope } from './position.js';
import { methodComment, type NamedProcedure } from './procedures.js';
import { circularReferences } from './references.js';
import { schemaToType } from './schema-to-type.js';
import { docComment, stringLiteral } from './text.js';

/** The types of a service, and the methods that use them. */
export interface ServiceTypes {
  /** A namespace, so that the schemas of two services may have the same name. */
  readonly text: string;
  readonly methods: readonly Method[];
}

export interface Method {
  readonly name: string;
  readonly uri: string;
  readonly comment: string;
  /** The type of its kwargs. */
  readonly kwargs: string;
  /** Whether it can be called without kwargs. */
  readonly isOptional: boolean;
  /** The type of its result. */
  readonly result: string;
  /** The type of its progressive results. Undefined if it has none. */
  readonly progress: string | undefined;
}

/** Names that the types of a namespace use. A type of that name would hide them. */
const OUTER_NAMES = ['Uint8Array', 'GatewayErrorUri'];
const INDENT = '  ';

export function serviceTypes(namespace: string, procedures: readonly NamedProcedure[]): ServiceTypes {
  const typeName = createNames(OUTER_NAMES);
  const methodName = createNames(['then']);
  const named = procedures.map(({ name, description }) => ({
    description,
    method: methodName(camelCase(name)),
    kwargs: typeName(`${pascalCase(name)}Kwargs`),
    result: typeName(`${pascalCase(name)}Result`),
    error: typeName(`${pascalCase(name)}Error`),
    progress: description.progress_kwargs_schema && typeName(`${pascalCase(name)}Progress`),
  }));
  const defs = directedDefs(procedures.map(({ description }) => description));
  const names = namesOfDefs(defs, (def) => typeName(pascalCase(def)));
  const scopes = {
    request: scopeOf(defsOfDirection(names, 'request')),
    response: scopeOf(defsOfDirection(names, 'response')),
  };
  const parts = named.flatMap(({ description, kwargs, result, error, progress }) => [
    typeText(kwargs, description.kwargs_schema, scopes.request()),
    typeText(result, description.result_kwargs_schema, scopes.response()),
    ...(progress === undefined
      ? []
      : [typeText(progress, description.progress_kwargs_schema, scopes.response())]),
    errorText(error, description),
  ]);
  for (const each of defs) {
    const { def, schema, directions } = each;
    const scope = scopes[directions[0] as Direction](def);
    parts.push(docComment(commentOf(schema), INDENT) + typeText(names.get(each) as string, schema, scope));
  }
  return {
    text: `export namespace ${namespace} {\n${parts.join('\n')}}\n`,
    methods: named.map(({ description, method, kwargs, result, progress }) => ({
      name: method,
      uri: description.uri,
      comment: methodComment(description),
      kwargs: `${namespace}.${kwargs}`,
      isOptional: ((description.kwargs_schema['required'] ?? []) as readonly unknown[]).length === 0,
      result: `${namespace}.${result}`,
      progress: progress && `${namespace}.${progress}`,
    })),
  };
}

/** @returns the scope within a named schema, or outside of all */
function scopeOf({ names, schemas }: DefsOfDirection): (def?: string) => TypeScope {
  const isCircular = circularReferences(schemas);
  return (def) => ({
    typeOf: (to, operator) =>
      def !== undefined && isCircular(def, to, operator) ? undefined : names.get(to),
  });
}

const typeText = (name: string, schema: unknown, scope: TypeScope): string =>
  `${INDENT}export type ${name} = ${schemaToType(schema, scope, INDENT)};\n`;

function errorText(name: string, description: ProcedureDescription): string {
  const own = ownErrorsIn([description]);
  const others = [...new Set(description.errors.map(({ uri }) => uri))].filter((uri) => !own.includes(uri));
  return `${INDENT}export type ${name} = ${['GatewayErrorUri', ...others.map(stringLiteral)].join(' | ')};\n`;
}
