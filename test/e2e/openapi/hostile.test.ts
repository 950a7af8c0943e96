import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findUnusableSchemas } from '../../../src/gateway/pipeline/operation/unusable-schemas.js';
import { api, loadApi, noticesOf, operationOf, problemsOf, urisOf } from '../../support/operations.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

const COMMAND = fileURLToPath(new URL('../../../bin/rpc-gateway.js', import.meta.url));
const MAX_MS = 20_000;
const MAX_MB = 700;

/** Tells the memory of a process when it ends. */
const TELL_MEMORY = `data:text/javascript,${encodeURIComponent(
  `process.once('exit', () => console.log('max MB: ' + process.resourceUsage().maxRSS / 1024));`,
)}`;

const start = '{"openapi":"3.1.0","paths":{"/a":{"get":{"operationId":"a"}}}';
const refTo = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const range = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const postOf = (schema: unknown) => ({
  post: { operationId: 'post', requestBody: { content: { 'application/json': { schema } } } },
});

/** Documents that could take much time or memory, and what the command says about each. */
const DOCUMENTS: readonly [what: string, content: () => string, says: RegExp][] = [
  [
    '10,000 nested lists',
    () => `${start},"x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
    /nested deeper than 400/,
  ],
  [
    '10,000 nested schemas',
    () => `${start},"x":${'{"properties":{"a":'.repeat(10_000)}true${'}}'.repeat(10_000)}}`,
    /nested deeper than 400/,
  ],
  [
    '10,000 nested levels of YAML',
    () => `openapi: 3.1.0\npaths: ${'{a: '.repeat(10_000)}${'}'.repeat(10_000)}`,
    /maxDepth/,
  ],
  [
    '20 MB of empty objects',
    () => `${start},"x":[${range(6_600_000, () => '{}').join()}]}`,
    /more than 3 million values/,
  ],
  [
    '20 MB of numbers',
    () => `${start},"x":[${range(2_900_000, () => '1.5e30').join()}]}`,
    /1 of 1 operation/,
  ],
  ['20 MB of YAML', () => `openapi: 3.1.0\nx:\n${'  - a\n'.repeat(3_300_000)}`, /more than 3 million values/],
  [
    '20 MB of text in YAML',
    () => `openapi: 3.1.0\npaths: { /a: { get: {} } }\nx: "${'abc '.repeat(5_000_000)}"`,
    /1 of 1 operation/,
  ],
  [
    '40,000 operations in 20 MB',
    () =>
      JSON.stringify(
        api(Object.fromEntries(range(40_000, (i) => [`/p${i}`, { get: { summary: 'x'.repeat(450) } }]))),
      ),
    /more than 20000 operations/,
  ],
  [
    '1,000 operations with one schema of 10,000 fields',
    () => {
      const properties = Object.fromEntries(range(10_000, (i) => [`f${i}`, {}]));
      const paths = Object.fromEntries(range(1_000, (i) => [`/p${i}`, postOf(refTo('W'))]));
      return JSON.stringify(api(paths, { schemas: { W: { type: 'object', properties } } }));
    },
    /more than 200000 kwargs/,
  ],
  [
    '2^40 branches of allOf',
    () => {
      const schemas = range(40, (i) => [`S${i}`, { allOf: [refTo(`S${i + 1}`), refTo(`S${i + 1}`)] }]);
      return JSON.stringify(
        api({ '/a': postOf(refTo('S0')) }, { schemas: { ...Object.fromEntries(schemas), S40: {} } }),
      );
    },
    /1 of 1 operation/,
  ],
  [
    'a chain of 20,000 schemas',
    () => {
      const schemas = range(20_000, (i) => [
        `S${i}`,
        { allOf: [refTo(`S${i + 1}`)], properties: { [`p${i}`]: {} } },
      ]);
      const last = { S20000: { type: 'object' } };
      return JSON.stringify(
        api({ '/a': postOf(refTo('S0')) }, { schemas: { ...Object.fromEntries(schemas), ...last } }),
      );
    },
    /1 of 1 operation/,
  ],
  [
    'an alias bomb',
    () => {
      const levels = range(10, (i) => `l${i + 1}: &l${i + 1} [${range(9, () => `*l${i}`).join(', ')}]`);
      return ['openapi: 3.1.0', 'l0: &l0 [x]', ...levels, 'paths: { /a: { get: {} } }'].join('\n');
    },
    /more than 3 million values/,
  ],
  [
    'a bomb of merge keys',
    () => {
      const levels = range(3_000, (i) => `b${i + 1}: &b${i + 1} { <<: *b${i}, k${i}: 1 }`);
      return ['openapi: 3.1.0', 'b0: &b0 { k: 1 }', ...levels, 'paths: { /a: { get: {} } }'].join('\n');
    },
    /maxTotalMergeKeys/,
  ],
  [
    'an alias that contains itself',
    () => 'openapi: 3.1.0\npaths: &p { /a: { get: {} }, x-p: *p }\n',
    /nested deeper|1 of 1|not valid YAML/,
  ],
];

describe('a hostile document', () => {
  let folder: TemporaryFolder;
  beforeAll(() => {
    folder = createTemporaryFolder();
  });
  afterAll(() => folder.remove());

  it.each(DOCUMENTS)(
    'with %s ends in time, with little memory',
    async (_, content, says) => {
      folder.write('api.json', content());
      const service = 'rpc_gateway.services.api';
      const conf = `${service}.base_url = http://127.0.0.1:9\n${service}.openapi.file = api.json\n${service}.openapi.realm = a`;
      const file = folder.write('bondy.conf', conf);
      const child = spawn(process.execPath, ['--import', TELL_MEMORY, COMMAND, 'check', '--config', file], {
        timeout: MAX_MS,
      });
      let output = '';
      child.stdout.on('data', (text) => (output += text));
      child.stderr.on('data', (text) => (output += text));
      const [code] = await once(child, 'close');
      expect([0, 1]).toContain(code);
      expect(output).toMatch(says);
      expect(Number(/max MB: (\d+)/.exec(output)?.[1])).toBeLessThan(MAX_MB);
    },
    60_000,
  );

  it('ends at once in the same thread too', () => {
    for (const [, content, says] of DOCUMENTS.filter(([what]) => !/20 MB|alias that/.test(what))) {
      const text = content();
      const problems = problemsOf(text);
      if (problems.length === 0) expect(urisOf(loadApi(text))).toHaveLength(1);
      else expect(problems.join('\n')).toMatch(says);
    }
  });
});

it('schemas that would take a gigabyte to compile are not compiled, and check says so', () => {
  const properties = Object.fromEntries(range(600, (index) => [`f${index}`, refTo(`S${index}`)]));
  const schemas = Object.fromEntries(range(600, (index) => [`S${index}`, { type: 'object', properties }]));
  const document = JSON.stringify(api({ '/a': postOf(refTo('S0')) }, { schemas }));
  const lines = ['+openapi.validate = full'];
  const [service] = loadApi(document, { lines }).services;
  expect(findUnusableSchemas(service!, () => true)).toMatchObject({
    unusable: [{ what: 'the body', reason: expect.stringContaining('more than 300000 parts') }],
  });
  expect(operationOf(document, 'api.post', { lines })({ f0: {} }).body).toBe('{"f0":{}}');
}, 60_000);

describe('a reference of a document', () => {
  it('is followed in cycles, and served', () => {
    const schemas = { A: { ...refTo('A') }, B: { allOf: [refTo('B')], properties: { b: refTo('B') } } };
    const document = api({ '/b': postOf(refTo('B')), '/loop': { $ref: '#/paths/~1loop' } }, { schemas });
    expect(operationOf(document, 'api.post')({ b: { b: {} } }).body).toBe('{"b":{"b":{}}}');
    expect(noticesOf(document)).toEqual([
      expect.stringMatching(/^\/etc\/api\.json:\d+: \/loop: is left out: its \$ref leads in a circle$/),
    ]);
  });

  it('reads other files in its folder, from where each stands', () => {
    const files = {
      'paths/things.yaml': 'get:\n  operationId: get\n  parameters:\n    - $ref: ../parameters.json#/limit\n',
      'parameters.json': { limit: { name: 'limit', in: 'query', schema: { $ref: 'schemas/limit.yml' } } },
      'schemas/limit.yml': 'type: integer\n',
    };
    const document = api({ '/things': { $ref: './paths/things.yaml' } });
    expect(operationOf(document, 'api.get', { files })({ limit: 5 }).path).toBe('/things?limit=5');
    const { sources } = loadApi(document, { files });
    expect([...sources.files.keys()]).toContain('/etc/schemas/limit.yml');
  });

  it('never leads out of the folder, and never to another host', async () => {
    let requests = 0;
    const server = createServer((_, response) => {
      requests++;
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const folder = createTemporaryFolder();
    const planted = 'PLANTED';
    const outside = folder.write('outside.json', `{"name":"${planted}","in":"query"}`);
    folder.write('docs/empty.json', '{}');
    symlinkSync(outside, join(folder.path, 'docs/link.json'));
    symlinkSync(folder.path, join(folder.path, 'docs/up'));
    symlinkSync('/etc', join(folder.path, 'docs/etc'));
    execFileSync('mkfifo', [join(folder.path, 'docs/pipe.json')]);
    const references = [
      '../outside.json',
      outside,
      'link.json',
      'up/outside.json',
      'etc/passwd',
      'pipe.json',
      '.',
      'sub/../../outside.json',
      '..%2Foutside.json',
      '%2e%2e/outside.json',
      '%252e%252e/outside.json',
      '..\\outside.json',
      `${folder.path}/docs/../outside.json`,
      'empty.json/../../outside.json',
      'link.json\0',
      '/dev/zero',
      '/proc/self/environ',
      '/etc/passwd',
      `http://127.0.0.1:${port}/x.json`,
      `//127.0.0.1:${port}/x.json`,
      'file:///etc/passwd',
      'FILE:/etc/passwd',
      'file:empty.json',
      'https://example.com/x.json#/a',
      'data:application/json,{}',
      'nowhere.json',
      '#/nowhere',
      '#anchor',
    ];
    const paths = Object.fromEntries(
      references.map(($ref, index) => [
        `/p${index}`,
        { get: { operationId: `p${index}`, parameters: [{ $ref }] } },
      ]),
    );
    folder.write('docs/api.json', JSON.stringify(api({ ...paths, '/ok': { get: { operationId: 'ok' } } })));
    const file = folder.write(
      'docs/bondy.conf',
      ['base_url = http://a.example', 'openapi.file = api.json', 'openapi.realm = a']
        .map((line) => `rpc_gateway.services.api.${line}`)
        .join('\n'),
    );
    const { loadConfigAsync } = await import('../../../src/config/load-config-async.js');
    const config = await loadConfigAsync(file, { env: {} });
    await new Promise((resolve) => server.close(resolve));
    folder.remove();
    expect(requests).toBe(0);
    expect(urisOf(config)).toEqual(['api.ok']);
    expect(config.notices).toHaveLength(references.length);
    expect([...config.sources.files.keys()].filter((path) => !path.includes('/docs/'))).toEqual([]);
    expect(JSON.stringify([config.notices, config.services])).not.toMatch(/PLANTED|root:/);
  });
});
