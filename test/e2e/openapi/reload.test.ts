import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createGateway } from '../../../src/assembly/create-gateway.js';
import { loadConfigAsync } from '../../../src/config/load-config-async.js';
import { connectCaller } from '../../support/caller.js';
import { api } from '../../support/operations.js';
import { startRecordingUpstream } from '../../support/recording-upstream.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = createTemporaryFolder();
});
afterEach(() => folder.remove());

function writeDocument(...ids: readonly string[]): void {
  const paths = ids.map((operationId) => [`/${operationId}`, { get: { operationId } }]);
  folder.write('api.json', JSON.stringify(api(Object.fromEntries(paths))));
}

const confFor = (url: string): string => `
rpc_gateway.services.api.base_url = ${url}
rpc_gateway.services.api.openapi.file = api.json
rpc_gateway.services.api.openapi.realm = com.example.myrealm
listeners.main.port = 0`;

it('a reload serves the operations of a changed document, and refuses one with mistakes', async () => {
  const upstream = await startRecordingUpstream();
  const file = folder.write('bondy.conf', confFor(upstream.url));
  writeDocument('a', 'b');
  const readConfig = () => loadConfigAsync(file, { env: {} });
  const gateway = createGateway(await readConfig(), { readConfig });
  await gateway.start();
  const caller = await connectCaller(gateway.endpoints[0]!);
  expect((await caller.call('api.a')).kwargs).toMatchObject({ status: 200 });

  writeDocument('b', 'c');
  expect(await gateway.reload()).toMatchObject({
    kind: 'done',
    changes: expect.arrayContaining([
      { what: 'procedure', name: 'api.c', change: 'added', effect: '' },
      expect.objectContaining({ what: 'procedure', name: 'api.a', change: 'removed' }),
    ]),
  });
  expect((await caller.call('api.c')).kwargs).toMatchObject({ status: 200 });
  expect(await gateway.reload()).toMatchObject({ kind: 'done', changes: [] });

  folder.write('api.json', '{"openapi":"3.1.0","paths":');
  expect(await gateway.reload()).toMatchObject({
    kind: 'refused',
    problems: [expect.stringContaining('api.json:1: the file is not valid YAML')],
  });
  expect((await caller.call('api.c')).kwargs).toMatchObject({ status: 200 });
  await caller.close();
  await gateway.stop(0);
  await upstream.close();
});

const COMMAND = fileURLToPath(new URL('../../../bin/rpc-gateway.js', import.meta.url));
const TELL_MEMORY = `data:text/javascript,${encodeURIComponent(
  `process.once('exit', () => console.log('max MB: ' + process.resourceUsage().maxRSS / 1024));`,
)}`;

/** The memory in MB of a gateway that starts and stops. */
async function memoryOf(conf: string): Promise<number> {
  const file = folder.write('bondy.conf', conf);
  const child = spawn(process.execPath, ['--import', TELL_MEMORY, COMMAND, 'start', '--config', file], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stdout.once('data', () => child.kill('SIGTERM'));
  expect(await once(child, 'close')).toEqual([0, null]);
  return Number(/max MB: (\d+)/.exec(output)?.[1]);
}

it('1,000 operations in 1 MB take at most 150 MB more than one procedure', async () => {
  const text = { type: 'string', description: 'The name of a thing, as people know it.' };
  const paths: Record<string, unknown> = {};
  const schemas: Record<string, unknown> = {};
  for (let index = 0; index < 1_000; index++) {
    const schema = { $ref: `#/components/schemas/S${index}` };
    const next = { $ref: `#/components/schemas/S${(index + 1) % 1_000}` };
    schemas[`S${index}`] = {
      type: 'object',
      required: ['name'],
      properties: { name: text, next, note: text },
    };
    paths[`/things/${index}/{id}`] = {
      put: {
        operationId: `put${index}`,
        summary: 'Replaces a thing',
        parameters: [
          { name: 'id', in: 'path', required: true, schema: text },
          { name: 'filter', in: 'query', style: 'deepObject', schema: { type: 'object' } },
        ],
        requestBody: { required: true, content: { 'application/json': { schema } } },
        responses: { 200: { description: 'The thing', content: { 'application/json': { schema } } } },
      },
    };
  }
  const document = JSON.stringify(api(paths, { schemas }), null, 1);
  expect(document.length).toBeGreaterThan(1_000_000);
  folder.write('api.json', document);
  const one = `
rpc_gateway.services.api.base_url = http://127.0.0.1:9
rpc_gateway.services.api.procedures.a.uri = api.a
rpc_gateway.services.api.procedures.a.realm = com.example.myrealm
listeners.main.port = 0`;
  const [small, large] = [await memoryOf(one), await memoryOf(confFor('http://127.0.0.1:9'))];
  expect(large - small).toBeLessThan(150);
});
