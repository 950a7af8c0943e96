import { expect, it } from 'vitest';
import { readApiDocument } from './build-model.js';

it.each([
  [undefined, 'https://a.example/v1'],
  [[], 'https://a.example/v1'],
  [[1], 'https://a.example/v1'],
  [['http', 'https'], 'http://a.example/v1'],
])('the server of OpenAPI 2.0 with the schemes %j is %s', (schemes, url) => {
  const document = { swagger: '2.0', info: {}, host: 'a.example', basePath: '/v1', schemes, paths: {} };
  const read = readApiDocument('/api.json', () => JSON.stringify(document));
  expect(read).toMatchObject({ kind: 'model', model: { servers: [url] } });
});
