import type {
  SchemaProblem,
  SchemaValidators,
} from '../../src/gateway/pipeline/operation/schema-validators.js';
import type { Operation, Parameter, ParameterPlace } from '../../src/openapi/model/api-model.js';
import { exampleOf } from './example.js';
import { type ExampleOptions, NoExample } from './flat-schema.js';

/** A call of an operation, and what must arrive. */
export interface ExampleCall {
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly parameters: readonly ExpectedParameter[];
  /** Undefined if nothing is sent. */
  readonly body: unknown;
  /** The optional parameters that the example leaves out, and why. */
  readonly lacks: readonly LackedParameter[];
}

export interface ExpectedParameter {
  readonly in: ParameterPlace;
  readonly name: string;
  readonly value: unknown;
}

export interface LackedParameter {
  /** As in `query id`. */
  readonly what: string;
  readonly reason: string;
}

/** Whether an example was found. */
export type MadeCall =
  | { readonly kind: 'call'; readonly call: ExampleCall }
  /** No value that this program finds matches the schema. */
  | { readonly kind: 'none'; readonly reason: string };

/** A call with what is required, and a call with everything. */
export const FILLS = ['required', 'all'] as const;

const ATTEMPTS = 12;

/** What an example is made of. */
export interface CallParts {
  readonly defs: ExampleOptions['defs'];
  readonly validators: SchemaValidators;
  readonly fill: ExampleOptions['fill'];
  readonly texts: ExampleOptions['texts'];
}

export function exampleCallOf(operation: Operation, parts: CallParts): MadeCall {
  const kwargs = new Map<string, unknown>();
  const parameters: ExpectedParameter[] = [];
  const lacks: LackedParameter[] = [];
  const names = new Set(operation.parameters.map(({ in: place, name }) => `${place} ${name}`));
  for (const parameter of operation.parameters) {
    if (!parameter.isRequired && parts.fill === 'required') continue;
    const found = eitherOf(parameterExample, parameter, parts);
    const what = `${parameter.in} ${parameter.name}`;
    const inner = found.kind === 'value' ? innerNames(parameter, found.value) : [];
    if (inner.some((name) => names.has(name)) && !parameter.isRequired) {
      lacks.push({ what, reason: 'one of its fields has the name of another parameter' });
    } else if (found.kind === 'value') {
      for (const name of inner) names.add(name);
      kwargs.set(parameter.kwarg, found.value);
      parameters.push({ in: parameter.in, name: parameter.name, value: found.value });
    } else if (parameter.isRequired)
      return { kind: 'none', reason: `its ${parameter.in} parameter "${parameter.name}": ${found.reason}` };
    else lacks.push({ what, reason: found.reason });
  }
  const { body } = operation;
  let sent: unknown;
  if (body !== undefined && (body.isRequired || parts.fill === 'all')) {
    const found = eitherOf(bodyOf, body, parts);
    if (found.kind === 'none') {
      if (body.isRequired) return { kind: 'none', reason: `its body: ${found.reason}` };
      lacks.push({ what: 'body', reason: found.reason });
    } else {
      sent = found.value;
      if (found.fill !== parts.fill)
        lacks.push({ what: 'body', reason: 'not all of its fields go together' });
      if (body.fields === undefined) kwargs.set(body.wholeKwarg, wireValue(body.kind, found.value));
      else {
        for (const [name, value] of Object.entries(found.value as object)) {
          const kwarg = body.fields.find((field) => field.name === name)?.kwarg ?? name;
          if (kwarg === name || body.fields.some((field) => field.name === name)) kwargs.set(kwarg, value);
        }
      }
    }
  }
  return { kind: 'call', call: { kwargs: Object.fromEntries(kwargs), parameters, body: sent, lacks } };
}

/** The fields of an object with explode become parameters. */
function innerNames({ in: place, style, explode, isJson }: Parameter, value: unknown): readonly string[] {
  if (isJson || !explode || style !== 'form' || typeof value !== 'object' || value === null) return [];
  return Array.isArray(value) ? [] : Object.keys(value).map((name) => `${place} ${name}`);
}

/** WAMP writes bytes in JSON as base64 after a null character. */
function wireValue(kind: string, value: unknown): unknown {
  return kind === 'bytes' ? `\0${Buffer.from(String(value)).toString('base64')}` : value;
}

type Found =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'none'; readonly reason: string };

/** Without optional fields an object may be empty, and with all of them it may be wrong: then the other way. */
function eitherOf<T>(
  make: (of: T, parts: CallParts) => Found,
  of: T,
  parts: CallParts,
): Found & { readonly fill: CallParts['fill'] } {
  const found = make(of, parts);
  if (found.kind === 'value') return { ...found, fill: parts.fill };
  const fill = parts.fill === 'all' ? 'required' : 'all';
  const other = make(of, { ...parts, fill });
  return other.kind === 'value' ? { ...other, fill } : { ...found, fill };
}

function parameterExample(parameter: Parameter, { defs, validators, fill, texts }: CallParts): Found {
  const { style, isJson, in: place } = parameter;
  const isNesting = isJson || style === 'deepObject';
  const options = {
    defs,
    fill,
    texts,
    isFlat: !isNesting,
    isWritten: !isJson,
    isRich: (depth: number) => (place === 'query' || place === 'path') && (depth === 0 || isNesting),
  };
  const validate = validators.compile(parameter.schema, 'request');
  return attempt(
    (seed) => exampleOf(parameter.schema, { ...options, seed }),
    (value) => {
      if (value === null || value === '') return 'only null or an empty text is allowed';
      if (Array.isArray(value) && value.length === 0) return 'only an empty list is allowed';
      if (typeof value === 'object' && Object.keys(value).length === 0)
        return 'only an empty object is allowed';
      return validate(value);
    },
  );
}

function bodyOf(body: NonNullable<Operation['body']>, { defs, validators, fill, texts }: CallParts): Found {
  const { schema, kind } = body;
  if (kind === 'bytes' || kind === 'text') return { kind: 'value', value: 'text ü' };
  const isWritten = kind !== 'json';
  const options = {
    defs,
    fill,
    texts,
    isWritten,
    isFlat: false,
    isRich: (depth: number) => kind === 'json' || depth < 2,
  };
  // A file is no JSON, so a schema cannot describe it.
  const validate = validators.compile(schema, 'request');
  return attempt((seed) => exampleOf(schema, { ...options, seed }), validate);
}

function sentenceOf({ at, message }: SchemaProblem): string {
  return `no example matches its schema: ${at === '' ? 'it' : at} ${message}`;
}

function attempt(
  make: (seed: number) => unknown,
  problemOf: (value: unknown) => string | SchemaProblem | undefined,
): Found {
  let reason = '';
  for (let seed = 0; seed < ATTEMPTS; seed++) {
    try {
      const value = make(seed);
      const problem = problemOf(value);
      if (problem === undefined) return { kind: 'value', value };
      if (reason === '') reason = typeof problem === 'string' ? problem : sentenceOf(problem);
    } catch (error) {
      if (!(error instanceof NoExample)) throw error;
      if (reason === '') reason = error.message;
    }
  }
  return { kind: 'none', reason };
}
