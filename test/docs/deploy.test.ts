import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCommand } from '../support/command.js';
import { listOf, readDockerfile } from '../support/dockerfile.js';
import { readDocument } from '../support/documents.js';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DEPLOY = join(ROOT, 'deploy');
const ENV = {
  ROUTER_SECRET: 'change-me',
  BILLING_URL: 'https://billing.example.com/api',
  ADMIN_TOKEN: 'change-me-change-me',
};

const CONFIGURATIONS = readdirSync(DEPLOY, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.conf'),
);

describe('the configurations in deploy', () => {
  it('exist for each deployment', () => {
    expect(CONFIGURATIONS.toSorted()).toEqual([
      'compose/gateway.conf',
      'crossbar/gateway.conf',
      'nexus/gateway.conf',
      'systemd/bondy.conf',
      'systemd/gateway.conf',
      'systemd/router.conf',
    ]);
  });

  it.each(CONFIGURATIONS)('pass rpc-gateway check: %s', async (name) => {
    const command = runCommand(['check', '--config', join(DEPLOY, name)], { env: ENV });
    expect(await command.ended, command.err()).toBe(0);
    expect(command.err()).toBe('');
    expect(command.out()).toContain(' is fine: ');
  });
});

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
}

interface ComposeService {
  readonly build: string | { readonly context: string; readonly dockerfile: string };
  readonly ports?: readonly string[];
  readonly volumes: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly deploy?: { readonly replicas: number };
  readonly depends_on?: readonly string[];
  readonly stop_grace_period?: string;
}

describe.each(['crossbar', 'nexus'])('deploy/%s/compose.yaml', (name) => {
  const folder = join(DEPLOY, name);
  const { services } = parse(readDocument(`deploy/${name}/compose.yaml`)) as ComposeFile;

  it('starts one router and two gateways', () => {
    expect(Object.keys(services)).toEqual(['router', 'gateway']);
    expect(services['gateway']?.deploy?.replicas).toBe(2);
    expect(services['gateway']?.depends_on).toEqual(['router']);
    expect(services['router']?.ports).toEqual(['8080:8080']);
  });

  it('names only files that are there', () => {
    for (const { build, volumes } of Object.values(services)) {
      const { context, dockerfile } =
        typeof build === 'string' ? { context: build, dockerfile: 'Dockerfile' } : build;
      const files = [join(context, dockerfile), ...volumes.map((volume) => volume.split(':')[0]!)];
      for (const file of files) expect(existsSync(join(folder, file)), file).toBe(true);
    }
  });

  it('gives the gateway the file that its image reads, and every variable of this file', () => {
    const { volumes, environment } = services['gateway']!;
    const command = /^CMD (.*)$/m.exec(readDocument('deploy/Dockerfile'))![1]!;
    expect(volumes.map((volume) => volume.split(':')[1])).toEqual([JSON.parse(command).at(-1)]);
    const variables = readDocument(`deploy/${name}/gateway.conf`).matchAll(/\$\{(\w+)\}/g);
    expect(Object.keys(environment ?? {}).toSorted()).toEqual(
      [...variables].map(([, each]) => each).toSorted(),
    );
  });

  it('leaves the gateway more time to stop than its grace period', () => {
    expect(services['gateway']?.stop_grace_period).toBe('15s');
  });
});

describe('the images in deploy', () => {
  const stages = readDockerfile(readDocument('deploy/Dockerfile'));
  const image = stages.get('')!;
  /** The files of the checkout that the steps copy. */
  const copied = [...stages.values()]
    .flat()
    .flatMap(({ name, flags, text }) =>
      name === 'COPY' && flags['from'] === undefined ? text.split(' ').slice(0, -1) : [],
    );

  it('copy only files that are there, and that Docker may read', () => {
    expect(copied.length).toBeGreaterThan(4);
    const allowed = readDocument('deploy/Dockerfile.dockerignore').split('\n');
    expect(allowed[0]).toBe('*');
    for (const file of copied) {
      expect(existsSync(join(ROOT, file)), file).toBe(true);
      expect(allowed).toContain(`!${file}`);
    }
    expect(allowed.filter((line) => line.startsWith('!')).length).toBe(copied.length);
  });

  it('copy what npm run build reads', () => {
    const { build } = JSON.parse(readDocument('package.json')).scripts as { build: string };
    const files = build.split(/[ &]+/).filter((word) => /\.(?:js|json)$/.test(word));
    expect(files.length).toBeGreaterThan(2);
    const isCopied = (file: string) => copied.includes(file) || copied.includes(dirname(file));
    expect(files.filter((file) => !isCopied(file))).toEqual([]);
  });

  it('do not run the gateway as root, and name its user by number, so that Kubernetes can check it', () => {
    expect(image.filter(({ name }) => name === 'USER').map(({ text }) => text)).toEqual(['1000:1000']);
  });

  it('are healthy only while the gateway answers at /livez', async () => {
    const asked: (string | undefined)[] = [];
    let status = 200;
    const server = createServer(({ url }, response) => {
      asked.push(url);
      response.writeHead(status).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const RPC_GATEWAY_ADMIN_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const [command, ...words] = listOf(image, 'HEALTHCHECK');
    const check = async (): Promise<number> => {
      const child = spawn(command!, words, {
        env: { ...process.env, RPC_GATEWAY_ADMIN_URL },
        stdio: 'ignore',
      });
      return (await once(child, 'exit'))[0];
    };
    expect(await check()).toBe(0);
    status = 503;
    expect(await check()).toBe(1);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await check()).toBe(1);
    expect(asked).toEqual(['/livez', '/livez']);
  });

  it('have the versions of the routers that the tests run', async () => {
    const places = '../../bench/peers/places.js';
    const { CROSSBAR_VERSION, NEXUS_VERSION } = await import(places);
    expect(readDocument('deploy/crossbar/Dockerfile')).toContain(`crossbar==${CROSSBAR_VERSION} `);
    expect(readDocument('deploy/nexus/Dockerfile')).toContain(`nexusd@${NEXUS_VERSION}\n`);
    expect(readDocument('docs/scale-out.md')).toContain(`Crossbar.io ${CROSSBAR_VERSION}`);
    expect(readDocument('docs/scale-out.md')).toContain(`nexusd ${NEXUS_VERSION.slice(1)}`);
  });
});

const UNITS = ['rpc-router.service', 'rpc-gateway@.service', 'rpc-gateway.service'];
const HAS_SYSTEMD = spawnSync('systemd-analyze', ['--version']).status === 0;

describe('the units in deploy/systemd', () => {
  let folder: TemporaryFolder;
  beforeAll(() => {
    folder = createTemporaryFolder();
    for (const name of UNITS) folder.write(name, unit(name));
  });
  afterAll(() => folder.remove());

  /** systemd-analyze wants the command of a unit to be there. */
  const unit = (name: string) =>
    readDocument(`deploy/systemd/${name}`).replaceAll('/usr/local/bin/rpc-gateway', process.execPath);

  /** What systemd-analyze says about our units. It may complain about units of the machine too. */
  function verify(...units: string[]): string[] {
    const options = { cwd: folder.path, encoding: 'utf8' } as const;
    const { stderr } = spawnSync('systemd-analyze', ['verify', ...units.map((unit) => `./${unit}`)], options);
    return stderr.split('\n').filter((line) => /rpc-|misspelt/.test(line));
  }

  it.skipIf(!HAS_SYSTEMD)('are accepted by systemd-analyze', () => {
    expect(verify('rpc-router.service', 'rpc-gateway@1.service', 'rpc-gateway.service')).toEqual([]);
  });

  it.skipIf(!HAS_SYSTEMD)('would not be accepted with a misspelt key', () => {
    const text = unit('rpc-router.service');
    folder.write('misspelt.service', text.replace('TimeoutStopSec', 'TimoutStopSec'));
    expect(verify('misspelt.service')).toEqual([expect.stringContaining('TimoutStopSec')]);
  });

  it.each(UNITS)('run commands that rpc-gateway knows: %s', async (unit) => {
    const lines = readDocument(`deploy/systemd/${unit}`).matchAll(/^(Exec\w+)=\S+\/rpc-gateway (.*)$/gm);
    const commands = [...lines].map(([, key, words]) => [key, ...words!.split(' ')]);
    expect(commands.map(([key, word]) => [key, word])).toEqual([
      ['ExecStartPre', 'check'],
      ['ExecStart', 'start'],
      ...(unit === 'rpc-gateway.service' ? [['ExecReload', 'reload']] : []),
    ]);
    for (const [, , option, file] of commands) {
      expect(option).toBe('--config');
      expect(dirname(file!)).toBe('/etc/rpc-gateway');
      expect(CONFIGURATIONS).toContain(file!.replace('/etc/rpc-gateway', 'systemd'));
    }
  });

  it.skipIf(!HAS_SYSTEMD)('expose little of the machine, as systemd-analyze judges', () => {
    // 0 exposes nothing, 100 exposes everything. MemoryDenyWriteExecute, PrivateNetwork and a few others cannot be set.
    const words = ['security', '--offline=true', '--threshold=15', './rpc-gateway.service'];
    const { status, stdout } = spawnSync('systemd-analyze', words, { cwd: folder.path, encoding: 'utf8' });
    expect(status, stdout).toBe(0);
  });

  it.each(UNITS)('let the process tell systemd that it is ready: %s', (unit) => {
    const text = readDocument(`deploy/systemd/${unit}`);
    expect(text).toMatch(/^Type=notify$/m);
    // The message comes from a child, which a stop must not kill.
    expect(text).toMatch(/^NotifyAccess=all$/m);
    expect(text).toMatch(/^KillMode=mixed$/m);
    expect(text).toMatch(/^ExecReload=/m);
  });

  it('limit the time of a start only where the start waits for no router', () => {
    for (const unit of UNITS) {
      const waits = /^TimeoutStartSec=infinity$/m.test(readDocument(`deploy/systemd/${unit}`));
      expect([unit, waits]).toEqual([unit, unit !== 'rpc-router.service']);
    }
  });

  it.each(UNITS)('leave more time to stop than the grace period: %s', (unit) => {
    expect(readDocument(`deploy/systemd/${unit}`)).toMatch(/^TimeoutStopSec=15$/m);
  });

  it('put the socket where gateway.conf looks for it', () => {
    const [, name] = /^RuntimeDirectory=(.*)$/m.exec(readDocument('deploy/systemd/rpc-router.service'))!;
    expect(readDocument('deploy/systemd/router.conf')).toContain(`= /run/${name}/router.sock\n`);
    expect(readDocument('deploy/systemd/gateway.conf')).toContain(`rs://unix:/run/${name}/router.sock\n`);
  });
});

describe('deploy/README.md', () => {
  it('has commands with correct syntax, for files that are there', () => {
    const blocks = [...readDocument('deploy/README.md').matchAll(/^```sh\n(.*?)^```$/gms)];
    expect(blocks.length).toBe(7);
    for (const [, commands = ''] of blocks) {
      expect(() => execFileSync('/bin/sh', ['-n', '-c', commands])).not.toThrow();
      for (const [path] of commands.matchAll(/\bdeploy\/[\w./@-]+\b/g)) {
        expect(existsSync(join(ROOT, path)), path).toBe(true);
      }
    }
  });
});
