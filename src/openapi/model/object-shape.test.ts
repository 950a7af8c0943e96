import { expect, it } from 'vitest';
import type { Schema } from './api-model.js';
import { objectShapeOf } from './object-shape.js';

it('a field of many branches has one list of alternatives, so that descriptions and types can show all', () => {
  const kinds = Array.from({ length: 70 }, (_, index): Schema => ({ const: `kind-${index}` }));
  const branches = kinds.map((kind) => ({ type: 'object', properties: { kind, note: { type: 'string' } } }));
  const shape = objectShapeOf({ oneOf: [...branches, branches[0]] }, { defs: {}, budget: { steps: 1_000 } });
  expect([...(shape?.fields ?? [])].map(([name, { schema }]) => [name, schema])).toEqual([
    ['kind', { anyOf: kinds }],
    ['note', { type: 'string' }],
  ]);
});
