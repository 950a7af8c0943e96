/**
 * Writes docs/reference/status.schema.json, the JSON Schema of `GET /status`, from the types in
 * dist/status. --check only checks it.
 */
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';
import { writeOrCheck } from './write-or-check.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

const { $schema, $ref, definitions } = createGenerator({
  path: `${ROOT}dist/status/gateway-status.d.ts`,
  type: 'GatewayStatus',
  tsconfig: `${ROOT}scripts/tsconfig.api.json`,
  topRef: true,
  // A later version may add members.
  additionalProperties: true,
  sortProps: false,
  // `npm run types` has checked them.
  skipTypeCheck: true,
}).createSchema('GatewayStatus');

const schema = {
  $schema,
  title: 'The answer to GET /status of rpc-gateway',
  $comment: 'Generated from src/status by "npm run docs". Do not edit.',
  $ref,
  definitions,
};
writeOrCheck('docs/reference/status.schema.json', `${JSON.stringify(schema, undefined, 2)}\n`);
