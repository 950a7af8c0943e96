/**
 * Writes docs/reference/status.schema.json, the JSON Schema of `GET /status`, from the types in
 * dist/status. With --check it writes nothing and exits 1 where the file is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const PATH = `${ROOT}docs/reference/status.schema.json`;

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
const wanted = `${JSON.stringify(schema, undefined, 2)}\n`;

if (process.argv.includes('--check')) {
  if (read() !== wanted) {
    console.error('docs/reference/status.schema.json is stale: run "npm run docs" and commit the result.');
    process.exitCode = 1;
  }
} else {
  writeFileSync(PATH, wanted);
}

function read() {
  try {
    return readFileSync(PATH, 'utf8');
  } catch {
    return undefined;
  }
}
