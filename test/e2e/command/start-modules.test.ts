import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { startRouter } from '../../support/attached-fixture.js';
import { billingConf } from '../../support/billing-conf.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';

/**
 * What a start loads is most of the time that it takes, and much of the memory at rest. Modules are told by a hook where
 * `import` loads them, and by the cache of `require` where that does.
 */

const COMMAND = fileURLToPath(new URL('../../../bin/rpc-gateway.js', import.meta.url));
const asModule = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;

/** Writes the name of every module that is loaded into a file: what is written to a pipe as a process ends may be lost. */
function watching(list: string): string {
  const hook = `import { appendFileSync } from 'node:fs';
    export async function load(url, context, next) {
      appendFileSync(${JSON.stringify(list)}, url + '\\n');
      return next(url, context);
    }`;
  return asModule(`import { appendFileSync } from 'node:fs';
    import { createRequire, register } from 'node:module';
    register(${JSON.stringify(asModule(hook))});
    const { cache } = createRequire(${JSON.stringify(COMMAND)});
    process.once('exit', () => {
      appendFileSync(${JSON.stringify(list)}, Object.keys(cache).join('\\n'));
    });`);
}

const folder = createTemporaryFolder();
afterAll(() => folder.remove());

/** What a gateway had loaded when it was ready, each by its URL or path. */
async function loadedBy(conf: string): Promise<readonly string[]> {
  const file = folder.write('bondy.conf', conf);
  const list = folder.write('loaded.txt', '');
  const watch = watching(list);
  const child = spawn(process.execPath, ['--import', watch, COMMAND, 'start', '--config', file], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.stdout.once('data', () => child.kill('SIGTERM'));
  expect(await once(child, 'close')).toEqual([0, null]);
  return readFileSync(list, 'utf8').split('\n');
}

const which = (loaded: readonly string[], names: readonly string[]) =>
  names.filter((name) => loaded.some((module) => module.includes(name)));

/** Used by some configurations only. */
const SOMETIMES = ['node_modules/zod/', 'node_modules/tinyglobby/', 'node_modules/@aws-sdk/'];
const NEVER = [
  // Only the first request that is signed needs them.
  'node_modules/jose/',
  'node_modules/@smithy/signature-v4/',
  // Where stderr is no terminal.
  'node_modules/pino-pretty/',
  // Without a collector and without a provider of the program.
  'node_modules/@opentelemetry/sdk-trace',
  'node_modules/@opentelemetry/exporter-trace-otlp-proto/',
  'dist/tracing/span-recorder.js',
  // The other commands.
  'dist/cli/call.js',
  'dist/cli/check.js',
  'dist/cli/demo/',
  'dist/cli/hash-password.js',
  // Only another thread reads OpenAPI documents.
  'node_modules/js-yaml/',
  'dist/openapi/read/parse-document.js',
  'dist/openapi/model/build-model.js',
];
const WITH_DOCUMENT = 'dist/openapi/worker/read-in-worker.js';

it('start loads only the modules that its configuration needs', async () => {
  const loaded = await loadedBy(billingConf('http://127.0.0.1:9', 'listeners.main.port = 0'));
  const always = ['dist/cli/start.js', 'node_modules/undici/index.js', 'node:http'];
  expect(which(loaded, always)).toEqual(always);
  expect(
    which(loaded, [
      ...SOMETIMES,
      ...NEVER,
      'dist/modes/attached-mode.js',
      'dist/attach/link.js',
      WITH_DOCUMENT,
    ]),
  ).toEqual([]);
});

it('start loads no router if the gateway is attached to another one', async () => {
  const router = await startRouter();
  const loaded = await loadedBy(billingConf('http://127.0.0.1:9', `router.url = ${router.url}`));
  await router.stop(0);
  expect(which(loaded, ['dist/modes/attached-mode.js'])).toHaveLength(1);
  expect(which(loaded, [...SOMETIMES, ...NEVER, 'dist/router/', 'dist/transport/listener.js'])).toEqual([]);
});

it('start loads the readers of security files and includes only if the configuration has them', async () => {
  folder.write('realms.json', '[{"uri":"com.example.myrealm"}]');
  folder.write('more-1.conf', 'listeners.main.port = 0');
  const loaded = await loadedBy(
    billingConf('http://127.0.0.1:9', 'security.config_file = realms.json', 'include more-*.conf'),
  );
  expect(which(loaded, [...SOMETIMES, ...NEVER])).toEqual(['node_modules/zod/', 'node_modules/tinyglobby/']);
});

it('start reads an OpenAPI document in another thread', async () => {
  folder.write('api.yaml', 'openapi: 3.1.0\npaths: { /a: { get: { operationId: a } } }\n');
  const service = 'rpc_gateway.services.api';
  const loaded = await loadedBy(
    billingConf(
      'http://127.0.0.1:9',
      'listeners.main.port = 0',
      `${service}.base_url = http://127.0.0.1:9`,
      `${service}.openapi.file = api.yaml`,
      `${service}.openapi.realm = com.example.myrealm`,
    ),
  );
  expect(which(loaded, [...SOMETIMES, ...NEVER, WITH_DOCUMENT])).toEqual([WITH_DOCUMENT]);
});
