import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { billingConf } from '../support/billing-conf.js';
import { closeAfterEach } from '../support/close-after-each.js';
import { type Instruction, listOf, readDockerfile } from '../support/dockerfile.js';
import { readDocument } from '../support/documents.js';
import { freePort } from '../support/free-port.js';
import { endProgram, startProgram } from '../support/processes.js';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const STAGES = readDockerfile(readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8'));
const IMAGE = STAGES.get('')!;

/**
 * Runs the steps of a stage in a folder that takes the place of the file system of its image.
 *
 * @param folderOf the folder of another stage
 */
async function buildStage(
  steps: readonly Instruction[],
  folder: string,
  folderOf: (stage: string) => string,
): Promise<void> {
  let directory = '/';
  const inImage = (path: string): string => join(folder, posix.resolve(directory, path));
  for (const { name, flags, text } of steps) {
    if (name === 'WORKDIR') {
      directory = text;
      mkdirSync(inImage('.'), { recursive: true });
    } else if (name === 'COPY') {
      const names = text.split(' ');
      const target = names.pop()!;
      for (const source of names) {
        const from = flags['from'] === undefined ? join(ROOT, source) : join(folderOf(flags['from']), source);
        const isInto = target.endsWith('/');
        cpSync(from, inImage(isInto ? join(target, posix.basename(source)) : target), { recursive: true });
      }
    } else if (name === 'RUN') {
      const env = {
        PATH: process.env['PATH'],
        HOME: folder,
        npm_config_cache: process.env['npm_config_cache'],
      };
      await run('/bin/sh', ['-c', text], { cwd: inImage('.'), env, timeout: 300_000 });
    }
  }
}

/** Docker is not needed: the steps of deploy/Dockerfile run on this machine, one after the other. */
describe('the image of deploy/Dockerfile', () => {
  const closeLater = closeAfterEach();
  let folder: TemporaryFolder;
  beforeAll(async () => {
    folder = createTemporaryFolder();
    const folderOf = (stage: string) => join(folder.path, stage || 'image');
    for (const [stage, steps] of STAGES) await buildStage(steps, folderOf(stage), folderOf);
    // The file system of the image is read-only, and others than root run the gateway.
    await run('chmod', ['-R', 'a-w,a+rX', folder.path]);
  }, 600_000);
  afterAll(async () => {
    await run('chmod', ['-R', 'u+w', folder.path]);
    folder.remove();
  });

  const inFolder = (words: readonly string[]) =>
    words.map((word) => word.replace(/^\/app\//, `${folder.path}/image/app/`));
  /** As root, another user; otherwise this one. */
  const asUser =
    process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
  const entrypoint = () => inFolder(listOf(IMAGE, 'ENTRYPOINT'));

  it('has the gateway without packages for development', async () => {
    const [command, ...words] = [...asUser, ...entrypoint(), '--version'];
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect((await run(command!, words)).stdout).toBe(`${version}\n`);
    const { stdout } = await run('ls', [join(folder.path, 'image/app/node_modules')]);
    expect(stdout.split('\n')).toContain('undici');
    expect(stdout.split('\n')).not.toContain('typescript');
  });

  it('runs as another user on a read-only file system, and is healthy', async () => {
    const own = createTemporaryFolder();
    closeLater(() => own.remove());
    await run('chmod', ['a+rx', own.path]);
    const port = await freePort();
    const conf = billingConf(
      'http://127.0.0.1:9',
      'listeners.main.port = 0',
      'listeners.admin.protocol = admin',
      `listeners.admin.port = ${port}`,
    );
    const file = own.write('gateway.conf', conf);
    const words = listOf(IMAGE, 'CMD').map((word) => word.replace('/etc/rpc-gateway/gateway.conf', file));
    const [command, ...rest] = [...asUser, ...entrypoint(), ...words];
    const { child, output } = startProgram(command!, rest);
    closeLater(() => endProgram(child, 'SIGKILL'));
    while (!output().includes('ready: ')) {
      if (child.exitCode !== null) throw new Error(output());
      await new Promise((resolve) => child.stdout!.once('data', resolve));
    }
    const [program, ...check] = listOf(IMAGE, 'HEALTHCHECK');
    const env = { ...process.env, RPC_GATEWAY_ADMIN_URL: `http://127.0.0.1:${port}` };
    await run(program!, check, { env });
    expect(await endProgram(child, 'SIGTERM'), output()).toBe(0);
    await expect(run(program!, check, { env })).rejects.toMatchObject({ code: 1 });
  });

  it('records traces after the steps of docs/deployment.md', async () => {
    const folderOf = (stage: string) => join(folder.path, stage || 'image');
    const [block = ''] = /```dockerfile\n.*?```/s.exec(readDocument('docs/deployment.md')) ?? [];
    const steps = [...readDockerfile(block.replace(/```\w*\n?/g, '')).values()].flat();
    await run('chmod', ['-R', 'u+w', folder.path]);
    const workdir = { name: 'WORKDIR', flags: {}, text: '/app' };
    await buildStage([workdir, ...steps], folderOf(''), folderOf);
    const own = createTemporaryFolder();
    closeLater(() => own.remove());
    const file = own.write(
      'gateway.conf',
      billingConf('http://127.0.0.1:9', 'tracing.otlp.endpoint = http://127.0.0.1:4318'),
    );
    const [command, ...words] = [...entrypoint(), 'check', '--config', file];
    expect((await run(command!, words)).stdout).toContain(' is fine: ');
  }, 300_000);

  it('has the demo, with its configuration', async () => {
    const [command, ...words] = [...asUser, ...entrypoint(), 'demo', '--port', '0', '--admin-port', '0'];
    const { child, output } = startProgram(command!, words);
    closeLater(() => endProgram(child, 'SIGKILL'));
    while (!output().includes('Press Ctrl-C')) {
      if (child.exitCode !== null) throw new Error(output());
      await new Promise((resolve) => child.stdout!.once('data', resolve));
    }
    expect(await endProgram(child, 'SIGTERM')).toBe(0);
  });
});
