import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectWampy } from '../../support/wampy.js';

/** It runs the built package. */
const GATEWAY = fileURLToPath(new URL('../fixtures/measured-gateway.js', import.meta.url));
const REALM = 'com.example.myrealm';
const MB = 1024 * 1024;
const FILE = 10 * MB;
/** What the gateway may need for the file beside the message of the caller. */
const BESIDE = 25 * MB;

/** An API that counts the bytes of bodies. */
async function startApi(): Promise<string> {
  const server = createServer(async (request, response) => {
    let bytes = 0;
    for await (const chunk of request) bytes += chunk.length;
    response.end(JSON.stringify(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function memory(child: ChildProcess, word: 'begin' | 'end'): Promise<number> {
  child.send(word);
  const [{ bytes }] = (await once(child, 'message')) as [{ bytes: number }];
  return bytes;
}

// The highest memory of a process is known on Linux only.
describe.skipIf(process.platform !== 'linux')('a file of 10 MB in a form', () => {
  it('takes at most 25 MB beside the message of the caller', async () => {
    const service = 'rpc_gateway.services.files';
    const conf = `
${service}.base_url = ${await startApi()}
${service}.procedures.upload.uri = com.files.upload
${service}.procedures.upload.realm = ${REALM}
${service}.procedures.upload.method = post
${service}.procedures.upload.body_encoding = multipart
listeners.test.port = 0
`;
    const child = fork(GATEWAY, [conf], {
      execArgv: ['--expose-gc'],
      // The C library returns large pieces at once. So what the first upload used is not there for the second.
      env: { ...process.env, MALLOC_MMAP_THRESHOLD_: '131072' },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [{ urls }] = (await once(child, 'message')) as [{ urls: string[] }];
    const { client } = await connectWampy(urls[0] as string, REALM, 'msgpack');
    onTestFinished(() => client.disconnect() as Promise<never>);
    const upload = async (bytes: number): Promise<number> => {
      const file = new Uint8Array(bytes).fill(0xff);
      const { argsDict } = await client.call('com.files.upload', { argsDict: { file } } as never);
      return Number((argsDict as { body: unknown }).body);
    };

    // The first one loads and compiles code, and makes the process give back the memory of its start.
    await upload(FILE);
    const before = await memory(child, 'begin');
    expect(await upload(FILE)).toBeGreaterThan(FILE);
    const highest = await memory(child, 'end');
    expect(highest - before - FILE).toBeLessThan(BESIDE);
  });
});
