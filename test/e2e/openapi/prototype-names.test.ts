import { parse as parseForm } from 'node:querystring';
import { expect, it } from 'vitest';
import { describeProcedure } from '../../../src/gateway/descriptions/describe-procedure.js';
import { findUnusableSchemas } from '../../../src/gateway/pipeline/operation/unusable-schemas.js';
import { trialForm } from '../../../src/gateway/trials/trial-form.js';
import { api, loadApi, operationOf, refusalOf, urisOf } from '../../support/operations.js';

/** Names that every object of JavaScript has, and that can change all objects. */
const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'];
const FORM = 'application/x-www-form-urlencoded';
const LINES = ['+openapi.validate = full', '+response.validate = warn'];

/** An own member of each name, also of `__proto__`. */
const ofNames = <T>(make: (name: string) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(NAMES.map((name) => [name, make(name)]));

/** An operation of each name, with a query parameter and a field of each name. */
function documentWith(mediaType: string): Readonly<Record<string, unknown>> {
  const paths = NAMES.map((operationId) => {
    const schema = {
      type: 'object',
      required: NAMES,
      properties: ofNames((name) => ({ $ref: `#/components/schemas/${name}` })),
    };
    const operation = {
      operationId,
      tags: NAMES,
      parameters: [
        ...NAMES.map((name) => ({ name, in: 'query', required: true, schema: { maxLength: 9 } })),
        { name: operationId, in: 'path', schema: { $ref: `#/components/schemas/${operationId}` } },
      ],
      requestBody: { required: true, content: { [mediaType]: { schema, encoding: ofNames(() => ({})) } } },
      responses: { ...ofNames(() => ({})), 200: { description: 'ok', headers: ofNames(() => ({})) } },
    };
    return [`/${operationId}/{${operationId}}`, { post: operation }];
  });
  return api(Object.fromEntries(paths), {
    schemas: ofNames((name) => ({ type: 'string', description: name, maxLength: 9 })),
    securitySchemes: ofNames((name) => ({ type: 'apiKey', in: 'header', name })),
  });
}

/** The path has the plain kwarg, and the others of that name have a prefix. */
function kwargsOf(id: string): Readonly<Record<string, string>> {
  return Object.fromEntries([
    [id, 'p'],
    ...NAMES.map((name) => [name === id ? `query_${name}` : name, `q-${name.length}`]),
    ...NAMES.map((name) => [`body_${name}`, `b-${name.length}`]),
  ]);
}

const fieldsOf = (text: string): readonly (readonly [string, unknown])[] =>
  Object.entries(JSON.parse(text) as object);

it('names of the prototype are ordinary names of operations, parameters, fields and schemas', () => {
  const before = Object.getOwnPropertyNames(Object.prototype).sort();
  for (const [mediaType, read] of [
    ['application/json', fieldsOf],
    [FORM, (text: string) => Object.entries(parseForm(text))],
  ] as const) {
    const document = documentWith(mediaType);
    expect(urisOf(loadApi(document, { lines: LINES }))).toEqual(NAMES.map((name) => `api.${name}`));
    for (const id of NAMES) {
      const call = operationOf(document, `api.${id}`, { lines: LINES });
      const { path, body } = call(kwargsOf(id));
      expect(path.split('?')[0]).toBe(`/${id}/p`);
      const query = new URLSearchParams(path.split('?')[1]);
      expect([...query]).toEqual(NAMES.map((name) => [name, `q-${name.length}`]));
      expect(read(body!)).toEqual(NAMES.map((name) => [name, `b-${name.length}`]));
      for (const kwarg of [id, `query_${id}`, `body_${id}`]) {
        const others = Object.entries(kwargsOf(id)).filter(([name]) => name !== kwarg);
        expect(refusalOf(() => call(Object.fromEntries(others)))).toContain(`: ${kwarg}`);
        // Ajv compares no field of this name with its schema.
        if (kwarg === 'body___proto__') continue;
        const long = Object.fromEntries([...others, [kwarg, 'longer than nine']]);
        expect(refusalOf(() => call(long))).toContain('must NOT have more than 9 characters');
      }
    }
  }
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before);
});

it('names of the prototype are described, shown in forms, and can be selected', () => {
  const config = loadApi(documentWith('multipart/form-data'), { lines: LINES });
  const [service] = config.services;
  expect(findUnusableSchemas(service!, () => true)).toEqual({ unusable: [], operationsLeft: 0 });
  for (const procedure of service!.procedures) {
    const names = Object.keys(kwargsOf(procedure.name));
    const { kwargs_schema: schema } = describeProcedure(service!, procedure);
    const { properties, $defs, required } = schema as Readonly<Record<string, object>>;
    expect(Object.keys(properties!).sort()).toEqual([...names, '_headers'].sort());
    expect([...(required as readonly string[])].sort()).toEqual(names.sort());
    expect(Object.keys($defs!).sort()).toEqual([...NAMES].sort());
    const form = trialForm(service!, procedure);
    expect(form.arguments.map(({ name }) => name).sort()).toEqual(names.sort());
  }
  const lines = ['+openapi.include = __proto__', '+procedures.__proto__.uri = api.first'];
  expect(urisOf(loadApi(documentWith(FORM), { lines }))).toEqual(['api.first']);
});

it('a YAML document may have names of the prototype too', () => {
  const document = `
openapi: 3.1.0
__proto__: { polluted: 1 }
paths:
  /a:
    post:
      operationId: __proto__
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties: { __proto__: { type: string }, <<: { __proto__: { polluted: 1 } } }
`;
  const kwargs = JSON.parse('{"__proto__":"x"}') as Record<string, unknown>;
  expect(operationOf(document, 'api.__proto__')(kwargs).body).toBe('{"__proto__":"x"}');
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});
