import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { previewRequest } from '../../src/assembly/preview-request.js';
import { type LoadedConfig, parseConfig } from '../../src/config/load-config.js';
import { curlCommand } from '../../src/gateway/curl.js';
import { previewCurl } from '../../src/gateway/preview-curl.js';
import { comparableRequest, readCurlCommand } from '../support/curl-request.js';
import { DRY_RUN_CASES, dryRunConf } from '../support/dry-run-cases.js';
import { type RecordingUpstream, startRecordingUpstream } from '../support/recording-upstream.js';

const run = promisify(execFile);
const available = await run('curl', ['--version']).then(
  () => true,
  () => false,
);
const WHY = 'no curl: apt-get install curl';
if (!available && process.env['CI']) throw new Error(WHY);
if (!available) console.warn(`skipped: ${WHY}`);

/** test/e2e/command/dry-run.test.ts shows that the gateway sends what the command says; this, that curl and a shell do too. */
describe.skipIf(!available)('the curl command of --dry-run', () => {
  let upstream: RecordingUpstream;
  let config: LoadedConfig;
  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    config = parseConfig(dryRunConf(upstream.url), { env: {} });
  });
  afterAll(() => upstream.close());

  for (const shell of ['/bin/sh', '/bin/bash']) {
    it.each(DRY_RUN_CASES)(
      `makes curl under ${shell} send that request: $uri $kwargs`,
      async ({ uri, kwargs }) => {
        const command = curlCommand(previewRequest(config, uri, undefined, kwargs).request);
        upstream.clear();
        await run(shell, ['-c', command], { timeout: 20_000 });
        expect(upstream.requests.length).toBe(1);
        expect(comparableRequest(upstream.requests[0]!)).toEqual(readCurlCommand(command));
      },
    );

    it(`makes gzip under ${shell} compress the body`, async () => {
      const conf = `${dryRunConf(upstream.url)}\nrpc_gateway.services.shop.request.compress = gzip`;
      const compressing = parseConfig(conf, { env: {} });
      for (const [uri, kwargs] of [
        ['com.shop.post', { id: 1, note: `it's ü %s \\ ${'x'.repeat(2_000)}` }],
        ['com.shop.raw', { data: new Uint8Array(2_000).fill(200) }],
      ] as const) {
        const preview = previewRequest(compressing, uri, undefined, kwargs);
        upstream.clear();
        await run(shell, ['-c', previewCurl(preview)], { timeout: 20_000 });
        const [request] = upstream.requests;
        expect(request!.headers['content-encoding']).toBe('gzip');
        expect(gunzipSync(request!.body).equals(Buffer.from(preview.request.body!))).toBe(true);
      }
    });
  }
});
