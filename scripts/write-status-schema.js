/**
 * Writes docs/reference/status.schema.json from the types in dist/status: the JSON Schema of `GET
 * /status`, and definitions for the other answers and events of an admin listener. --check only
 * checks it.
 */
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';
import { writeOrCheck } from './write-or-check.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** The types of whole answers and events. The definitions also have the types that they use. */
const TYPES = [
  'GatewayStatus',
  'StatusEvent',
  'LiveCalls',
  'ServiceDetail',
  'AllTraffic',
  'TrafficHistories',
  'RealmDetail',
  'ConfigurationDetail',
  'TrialForm',
  'TrialPreview',
  'TrialResult',
];

const generator = createGenerator({
  path: `${ROOT}dist/status/*.d.ts`,
  tsconfig: `${ROOT}scripts/tsconfig.api.json`,
  topRef: true,
  // A later version may add members.
  additionalProperties: true,
  sortProps: false,
  // `npm run types` has checked them.
  skipTypeCheck: true,
});
const schemas = TYPES.map((type) => generator.createSchema(type));
const [{ $schema, $ref }] = schemas;

const schema = {
  $schema,
  title: 'The answer to GET /status of rpc-gateway, and definitions for other answers and events',
  $comment: 'Generated from src/status by "npm run docs". Do not edit.',
  $ref,
  definitions: Object.assign({}, ...schemas.map(({ definitions }) => definitions)),
};
writeOrCheck('docs/reference/status.schema.json', `${JSON.stringify(schema, undefined, 2)}\n`);
