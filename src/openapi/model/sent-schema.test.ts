import { describe, expect, it } from 'vitest';
import type { Schema } from './api-model.js';
import { sentSchema } from './sent-schema.js';

const own = { readOnly: true };
const secret = { writeOnly: true };
const ref = (name: string) => ({ $ref: `#/$defs/${name}` });
const DEFS: Readonly<Record<string, Schema>> = {
  Id: { type: 'string', readOnly: true },
  Base: { properties: { id: own }, required: ['id'] },
  Loop: { allOf: [{ $ref: '#/$defs/Loop' }], required: ['id'], properties: { id: ref('Id') } },
};

describe('the schema of a request', () => {
  it.each<[what: string, schema: object, sent: object]>([
    [
      'need not have readOnly fields',
      { required: ['id', 'a'], properties: { id: own, a: {} } },
      { required: ['a'], properties: { id: own, a: {} } },
    ],
    [
      'may have the flag in a schema with a name',
      { required: ['id'], properties: { id: ref('Id') } },
      { required: [], properties: { id: ref('Id') } },
    ],
    [
      'may require a field of another part',
      { allOf: [ref('Base'), { required: ['id', 'a'] }] },
      { allOf: [ref('Base'), { required: ['a'] }] },
    ],
    [
      'may require in a branch',
      { properties: { id: own }, anyOf: [{ required: ['id'] }, { required: ['a'] }] },
      { properties: { id: own }, anyOf: [{ required: [] }, { required: ['a'] }] },
    ],
    [
      'may be nested',
      { items: { properties: { a: { required: ['id'], properties: { id: own } } } } },
      { items: { properties: { a: { required: [], properties: { id: own } } } } },
    ],
    ['may refer to itself', DEFS['Loop'] as object, { ...(DEFS['Loop'] as object), required: [] }],
  ])('%s', (_, schema, sent) => {
    expect(sentSchema(schema as Schema, 'request', DEFS)).toEqual(sent);
    expect(sentSchema(schema as Schema, 'response', DEFS)).toBe(schema);
  });

  it('keeps a required field of the same name in another object', () => {
    const inner = { required: ['id'], properties: { id: {} } };
    const schema = { properties: { id: own, a: inner }, required: ['id', 'a'] };
    expect(sentSchema(schema, 'request', {})).toEqual({ ...schema, required: ['a'] });
  });

  it('keeps fields whose names are those of keywords or of Object', () => {
    const schema: Schema = JSON.parse(
      '{"properties":{"__proto__":{"readOnly":true},"required":{"items":{}},"allOf":{}},"required":["__proto__","allOf"]}',
    );
    const sent = sentSchema(schema, 'request', {});
    expect(JSON.stringify(sent)).toBe(JSON.stringify({ ...(schema as object), required: ['allOf'] }));
  });
});

it('the schema of a response need not have writeOnly fields', () => {
  const schema = { required: ['password', 'id'], properties: { password: secret, id: own } };
  expect(sentSchema(schema, 'response', {})).toEqual({ ...schema, required: ['id'] });
});
