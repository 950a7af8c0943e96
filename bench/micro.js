/**
 * Measures the single steps of a call in this process: nanoseconds for each, the median of several
 * rounds. The result shows which step a change has made faster. run.js measures a whole call.
 *
 *   npm run bench:micro [-- --keep]
 */
import { compilePath } from '../dist/gateway/pipeline/request/path.js';
import { compileRequest } from '../dist/gateway/pipeline/request/request.js';
import { parseConfig } from '../dist/index.js';
import { jsonText } from '../dist/json-text/json-text.js';
import { MESSAGE } from '../dist/wamp/messages.js';
import { createSerializers } from '../dist/wamp/serializers/serializers.js';
import { invoices, SIZES } from './bodies.js';
import { cacheAndLimits } from './cache-and-limits.js';
import { readOptions } from './options.js';
import { patternSearches } from './patterns.js';
import { keepResults } from './results.js';
import { createRouting } from './routing.js';
import { median } from './statistics.js';

const ROUNDS = 7;
const ROUND_MS = 60;
/** Takes the return value of each step, so the compiler cannot remove the step. */
let sink;
const results = [];
const values = readOptions(
  'npm run bench:micro [-- --keep], which keeps the results for npm run bench:report',
  {
    keep: { type: 'boolean', default: false },
  },
);

function time(step) {
  const rounds = [];
  for (let round = 0; round <= ROUNDS; round++) {
    let calls = 0;
    const begun = performance.now();
    let now = begun;
    for (; now - begun < ROUND_MS; now = performance.now()) {
      for (let repeat = 0; repeat < 50; repeat++) sink = step(calls++) ?? sink;
    }
    // The first round warms up.
    if (round > 0) rounds.push(((now - begun) * 1e6) / calls);
  }
  return median(rounds);
}

function report(title, steps) {
  console.log(`\n${title}`);
  const measured = steps.map(([name, step]) => [name, time(step)]);
  results.push({ title, steps: measured.map(([name, nanos]) => ({ name, nanos })) });
  const width = Math.max(...measured.map(([name]) => name.length));
  const max = Math.max(...measured.map(([, nanos]) => nanos));
  for (const [name, nanos] of measured) {
    const bar = '█'.repeat(Math.max(1, Math.round((nanos / max) * 30)));
    console.log(`  ${name.padEnd(width)}  ${Math.round(nanos).toLocaleString('en').padStart(10)} ns  ${bar}`);
  }
}

const config = parseConfig(
  `
rpc_gateway.services.billing.base_url = https://billing.example.com/api
rpc_gateway.services.billing.headers.x-tenant = bench
rpc_gateway.services.billing.procedures.get.uri = com.billing.get
rpc_gateway.services.billing.procedures.get.realm = com.example.myrealm
rpc_gateway.services.billing.procedures.get.path = /invoices/{{id}}/lines/{{line}}
rpc_gateway.services.billing.procedures.post.uri = com.billing.post
rpc_gateway.services.billing.procedures.post.realm = com.example.myrealm
rpc_gateway.services.billing.procedures.post.method = post
rpc_gateway.services.billing.procedures.post.path = /invoices
`,
  { env: {} },
);
const [service] = config.services;
const base = { origin: 'https://billing.example.com', path: '/api', query: '' };
const [get, post] = service.procedures;
const deps = { uuid: () => 'bench', userAgent: 'bench' };
const credential = { ownedHeaders: ['authorization'], ownedQuery: [] };
const build = (procedure) => compileRequest(service, procedure, base, credential, deps);
const path = compilePath(base, '', get.settings.path, get.settings.realm);
const caller = { session: 1, authid: 'a', authrole: 'anonymous' };
const kwargsOfGet = { id: 'INV-001', line: 7, expand: 'lines' };

const buildGet = build(get);
const buildPost = build(post);
const posted = Object.values(SIZES).map(invoices);
/** The CALL as a session gets it. */
const [json] = createSerializers();
const head = [MESSAGE.CALL, 7, {}, 'com.billing.post', []];
const postedJson = json.decode(Buffer.from(JSON.stringify([...head, posted[1]]))).payload.kwargs;
report('Request', [
  ['path template', () => path.build({ args: [], kwargs: kwargsOfGet, caller })],
  ['GET with path, query and headers', () => buildGet({ args: [], kwargs: kwargsOfGet, caller })],
  ['POST of 50 B', () => buildPost({ args: [], kwargs: posted[0], caller })],
  ['POST of 10 KB', () => buildPost({ args: [], kwargs: posted[1], caller })],
  ['POST of 10 KB that came as JSON', () => buildPost({ args: [], kwargs: postedJson, caller })],
]);

for (const [size, bytes] of Object.entries(SIZES)) {
  const call = {
    type: MESSAGE.CALL,
    request: 7,
    options: {},
    procedure: 'com.billing.post',
    payload: { args: [], kwargs: invoices(bytes) },
  };
  report(
    `CALL of ${size}`,
    createSerializers().flatMap((serializer) => {
      // Every transport delivers bytes.
      const frame = Buffer.from(serializer.encode(call));
      return [
        [`${serializer.name} encode`, () => serializer.encode(call)],
        [`${serializer.name} decode`, () => serializer.decode(frame)],
      ];
    }),
  );
}

for (const [size, bytes] of Object.entries(SIZES)) {
  const body = Buffer.from(JSON.stringify(invoices(bytes)));
  const result = {
    type: MESSAGE.RESULT,
    request: 7,
    details: {},
    payload: { kwargs: jsonText('{"status":200,"body":', body, '}') },
  };
  report(
    `RESULT with a response's JSON of ${size}`,
    createSerializers().map((serializer) => [`${serializer.name} encode`, () => serializer.encode(result)]),
  );
}

report(
  'Dealer: CALL to RESULT',
  [10, 1_000, 100_000].flatMap((count) => {
    const { exact, prefix } = createRouting(count);
    const number = count.toLocaleString('en');
    const registered = `${number} procedures and ${number} prefixes are registered`;
    return [
      [`${registered}: a call of a procedure`, exact],
      [`${registered}: a call that matches a prefix`, prefix],
    ];
  }),
);

report('Search for patterns', patternSearches());

report(
  'Response cache and limits',
  cacheAndLimits(buildGet({ args: [], kwargs: kwargsOfGet, caller }).request),
);
if (sink === undefined) throw new Error('nothing was measured');
if (values.keep) keepResults('micro', { groups: results });
