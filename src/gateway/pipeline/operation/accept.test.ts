import { expect, it } from 'vitest';
import { api, operationOf } from '../../../../test/support/operations.js';

it.each([
  [['application/json; charset=utf-8', 'text/csv'], 'application/json'],
  [['Application/JSON'], 'application/json'],
  [['application/*'], 'application/json'],
  [['application/vnd.api+json', 'text/csv'], 'application/vnd.api+json'],
  [['application/jsonl'], 'application/jsonl'],
  [['application/json-seq'], 'application/json-seq'],
  [['text/csv', 'application/pdf'], 'text/csv, application/pdf'],
  [['no media type'], 'application/json'],
])('the Accept of an operation that responds with %j is %s', (types, accept) => {
  const content = Object.fromEntries(types.map((type) => [type, {}]));
  const get = { operationId: 'get', responses: { 200: { content } } };
  expect(operationOf(api({ '/': { get } }), 'api.get')().headers['accept']).toBe(accept);
});
