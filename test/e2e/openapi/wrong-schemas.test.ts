import { describe, expect, it } from 'vitest';
import { api, noticesOf, operationOf, refusalOf, withBody } from '../../support/operations.js';

/** Mistakes of public documents, which other tools overlook. */

const lines = ['+openapi.validate = full'];
const text = { type: 'string' };

describe('a schema', () => {
  it('with wrong keywords is validated by the others, and so are all schemas of its document', () => {
    const wrong = {
      type: 'object',
      required: ['name', 'name'],
      properties: {
        name: { type: 'string', minLength: 2, maxLength: '9', deprecated: 'yes' },
        rate: { type: 'number', minimum: 0, exclusiveMinimum: true, multipleOf: 0 },
        kind: { type: 'string', enum: 'a', examples: { a: {} } },
      },
    };
    const document = withBody({ $ref: '#/components/schemas/Wrong' }) as object;
    const call = operationOf({ ...document, components: { schemas: { Wrong: wrong } } }, 'api.post', {
      lines,
    });
    expect(call({ name: 'ab', rate: 0.5, kind: 'x' }).body).toBe('{"name":"ab","rate":0.5,"kind":"x"}');
    expect(refusalOf(() => call({ name: 'a' }))).toContain('must NOT have fewer than 2 characters');
    expect(refusalOf(() => call({ name: 'ab', rate: 0 }))).toContain('must be > 0');
  });

  it('whose properties are a reference has the fields to which it leads', () => {
    const properties = { $ref: 'fields.json#/create' };
    const call = operationOf(withBody({ type: 'object', properties, required: ['name'] }), 'api.post', {
      files: { 'fields.json': { create: { name: text, note: text } } },
    });
    expect(call({ name: 'a', note: 'b' }).body).toBe('{"name":"a","note":"b"}');
    expect(refusalOf(() => call({ note: 'b' }))).toContain('Missing required keyword argument: name');
  });

  it('whose properties are a bad reference leaves out its operation', () => {
    const schema = { type: 'object', properties: { $ref: 'none.json#/create' } };
    const content = { 'application/json': { schema } };
    const document = api({ '/things': { get: { operationId: 'get' }, post: { requestBody: { content } } } });
    expect(noticesOf(document)).toEqual([
      expect.stringContaining('POST /things: is left out: its $ref "none.json#/create"'),
    ]);
  });

  it('may have a field that is called $ref', () => {
    const call = operationOf(withBody({ type: 'object', properties: { $ref: text } }), 'api.post');
    expect(call({ $ref: 'a' }).body).toBe('{"$ref":"a"}');
  });

  it('has no fields that a part of their allOf makes readOnly', () => {
    const document = {
      ...(withBody({ $ref: '#/components/schemas/Pool' }) as object),
      components: {
        schemas: {
          Connection: { type: 'object', properties: { host: text } },
          Pool: {
            type: 'object',
            required: ['name', 'connection'],
            properties: {
              name: text,
              connection: { allOf: [{ $ref: '#/components/schemas/Connection' }, { readOnly: true }] },
            },
          },
        },
      },
    };
    const call = operationOf(document, 'api.post', { lines });
    expect(call({ name: 'a' }).body).toBe('{"name":"a"}');
    expect(refusalOf(() => call({ name: 'a', connection: {} }))).toContain('does not take');
  });

  it('of a cycle is looked at only a few times for readOnly', () => {
    const loop = { allOf: [{ $ref: '#/components/schemas/Loop' }, { $ref: '#/components/schemas/Loop' }] };
    const document = {
      ...(withBody({
        type: 'object',
        properties: { loop: { $ref: '#/components/schemas/Loop' } },
      }) as object),
      components: { schemas: { Loop: loop } },
    };
    expect(operationOf(document, 'api.post')({ loop: 1 }).body).toBe('{"loop":1}');
  });
});
