/**
 * Measures what an OpenAPI document costs: the time of a call's request compared with a procedure that
 * is written by hand, and the start and the memory of a gateway with a large document.
 *
 *   npm run bench:openapi [-- --keep]
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileRequest } from '../dist/gateway/pipeline/request/request.js';
import { parseConfig } from '../dist/index.js';
import { startCommand } from './command.js';
import { largeDocument, TEN_KWARGS, TEN_KWARGS_BY_HAND, TEN_VALUES } from './openapi-document.js';
import { readOptions } from './options.js';
import { stop, stopAll, usage } from './processes.js';
import { keepResults } from './results.js';
import { median } from './statistics.js';

const values = readOptions(
  'npm run bench:openapi [-- --keep], which keeps the results for npm run bench:report',
  { keep: { type: 'boolean', default: false } },
);
const ROUNDS = 41;
const ROUND_MS = 40;
const STARTS = 7;
const OPERATIONS = 1000;
const SERVICE = 'rpc_gateway.services.billing';

/** The requests of the same call: by hand, and from a document with each way to validate. */
function requests() {
  const deps = { uuid: () => 'bench', userAgent: 'bench' };
  const credential = { ownedHeaders: ['authorization'], ownedQuery: [] };
  const base = { origin: 'https://billing.example.com', path: '/api', query: '' };
  const compiled = (lines) => {
    const conf = ['base_url = https://billing.example.com/api', ...lines].map((line) => `${SERVICE}.${line}`);
    const source = { env: {}, file: '/etc/bondy.conf', readFile: () => TEN_KWARGS };
    const [service] = parseConfig(conf.join('\n'), source).services;
    const build = compileRequest(service, service.procedures[0], base, credential, deps);
    const caller = { session: 1, authid: 'a', authrole: 'anonymous', realm: 'com.example.myrealm' };
    return () => build({ args: [], kwargs: TEN_VALUES, caller });
  };
  const generated = (validate) =>
    compiled([
      'openapi.file = billing.json',
      'openapi.realm = com.example.myrealm',
      `openapi.validate = ${validate}`,
    ]);
  return [
    {
      key: 'hand',
      name: 'written by hand',
      step: compiled(TEN_KWARGS_BY_HAND.map((line) => `procedures.hand.${line}`)),
    },
    ...['off', 'required', 'full'].map((validate) => ({
      key: validate,
      name: `from a document, openapi.validate = ${validate}`,
      step: generated(validate),
    })),
  ];
}

/** Takes the requests, so the compiler cannot remove the steps. */
let sink;

/** Nanoseconds of one step, and how much more it takes than the one by hand in the same round. */
function timeInTurns(sides) {
  const rounds = new Map(sides.map(({ key }) => [key, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { key, step } of sides) {
      let calls = 0;
      const begun = performance.now();
      let now = begun;
      for (; now - begun < ROUND_MS; now = performance.now()) {
        for (let repeat = 0; repeat < 50; repeat++) sink = step();
        calls += 50;
      }
      // The first round warms up.
      if (round > 0) rounds.get(key).push(((now - begun) * 1e6) / calls);
    }
  }
  const byHand = rounds.get('hand');
  return sides.map(({ key, name }) => ({
    key,
    name,
    nanos: median(rounds.get(key)),
    more: median(rounds.get(key).map((nanos, round) => nanos - byHand[round])),
    ratio: median(rounds.get(key).map((nanos, round) => nanos / byHand[round])),
  }));
}

/** The maximum resident memory of a process so far (proc(5), VmHWM). */
function peakOf(pid) {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

async function startsOf(folder) {
  const document = largeDocument(OPERATIONS);
  writeFileSync(join(folder, 'things.json'), document);
  const lines = [
    'rpc_gateway.services.things.base_url = http://127.0.0.1:9',
    'rpc_gateway.services.things.openapi.file = things.json',
    'rpc_gateway.services.things.openapi.realm = com.example.myrealm',
  ];
  const sides = { one: { procedures: 1 }, document: { procedures: 1, lines } };
  const found = { one: [], document: [] };
  for (let round = 0; round < STARTS; round++) {
    for (const [key, options] of Object.entries(sides)) {
      const gateway = await startCommand(folder, options);
      found[key].push({ ms: gateway.readyMs, cpu: usage([gateway.pid]).cpuMs, peak: peakOf(gateway.pid) });
      await stop(gateway);
    }
  }
  const of = (key, what) => median(found[key].map((each) => each[what]));
  return {
    operations: OPERATIONS,
    bytes: document.length,
    startMs: { one: of('one', 'ms'), document: of('document', 'ms') },
    cpuMs: { one: of('one', 'cpu'), document: of('document', 'cpu') },
    peak: { one: of('one', 'peak'), document: of('document', 'peak') },
  };
}

const folder = mkdtempSync(join(tmpdir(), 'bench-openapi-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
try {
  const sides = requests();
  for (const { step, name } of sides) {
    const { path, body } = step().request;
    assert.equal(path, '/api/invoices/INV-001?expand=lines&limit=20&draft=false&since=2026-01-01', name);
    assert.deepEqual(JSON.parse(body), JSON.parse(sides[0].step().request.body), name);
  }
  const steps = timeInTurns(sides);
  for (const { name, nanos, more, ratio } of steps) {
    console.log(
      `${name.padEnd(46)} ${Math.round(nanos).toLocaleString('en').padStart(7)} ns  ${(more / 1000).toFixed(2).padStart(6)} µs more  ${ratio.toFixed(2)}`,
    );
  }
  const starts = await startsOf(folder);
  const { startMs, peak } = starts;
  console.log(
    `start with ${OPERATIONS} operations: ${(startMs.document / 1000).toFixed(2)} s, without ${(startMs.one / 1000).toFixed(2)} s`,
  );
  console.log(`most memory: ${Math.round(peak.document / 1e6)} MB, without ${Math.round(peak.one / 1e6)} MB`);
  if (sink === undefined) throw new Error('nothing was measured');
  if (values.keep) keepResults('openapi', { kwargs: Object.keys(TEN_VALUES).length, steps, ...starts });
} finally {
  await stopAll();
}
