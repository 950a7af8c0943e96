import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageVersion } from '../../../src/version.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);

/** The package as `npm publish` would send it, installed in a folder of its own; no registry is asked. */
describe('the package', () => {
  let folder: TemporaryFolder;
  let installed: string;

  beforeAll(() => {
    if (!existsSync(join(ROOT, 'dist/index.js'))) throw new Error('not built: npm run build');
    folder = createTemporaryFolder();
    const npm = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder.path];
    const name = execFileSync('npm', npm, { cwd: ROOT, encoding: 'utf8' }).trim();
    const modules = join(folder.path, 'node_modules');
    installed = join(modules, 'wamp-rpc-gateway');
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['-xzf', join(folder.path, name), '-C', installed, '--strip-components=1']);
    for (const entry of readdirSync(join(ROOT, 'node_modules'))) {
      if (!entry.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', entry), join(modules, entry));
    }
  });
  afterAll(() => folder.remove());

  it('contains no source map without its source, and no test', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => file.endsWith('.map'))).toEqual([]);
    expect(files.filter((file) => /\.test\./.test(file))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(['bin/rpc-gateway.js', 'dist/index.js', 'dist/index.d.ts']));
    const maps = files.filter(
      (file) => file.endsWith('.js') && /sourceMappingURL/.test(readFileSync(join(installed, file), 'utf8')),
    );
    expect(maps).toEqual([]);
  });

  it('runs its command', async () => {
    const { stdout } = await run(process.execPath, [join(installed, 'bin/rpc-gateway.js'), '--version']);
    expect(stdout).toBe(`${packageVersion()}\n`);
  });

  it('prints its version without package.json, as in a bundle', async () => {
    const program = `import('${join(installed, 'dist/version.js')}').then((m) => console.log(m.packageVersion()))`;
    expect(readFileSync(join(installed, 'dist/version.js'), 'utf8')).not.toContain('readFile');
    expect((await run(process.execPath, ['-e', program])).stdout).toBe(`${packageVersion()}\n`);
  });

  it('runs its example of a gateway inside another program after installation', async () => {
    const examples = join(installed, 'examples');
    const program = execFile(
      process.execPath,
      [join(examples, 'node/embed.js'), join(examples, 'demo.conf')],
      {
        env: { ...process.env, DEMO_PORT: '0', DEMO_ADMIN_PORT: '0' },
      },
    );
    let printed = '';
    program.stdout?.on('data', (text: string) => {
      printed += text;
      if (printed.endsWith('/ws\n')) program.kill('SIGINT');
    });
    await new Promise((resolve) => program.once('close', resolve));
    expect(printed).toMatch(/^4 procedures at ws:\/\/127\.0\.0\.1:\d+\/ws\nstopped\n$/);
  });

  describe('without the packages for traces', () => {
    const scope = () => join(folder.path, 'node_modules/@opentelemetry');
    beforeAll(() => {
      rmSync(scope());
      mkdirSync(scope());
      symlinkSync(join(ROOT, 'node_modules/@opentelemetry/api'), join(scope(), 'api'));
    });
    const command = (name: string, ...lines: string[]) => {
      const conf = folder.write('traces.conf', [...lines, 'listeners.main.port = 0'].join('\n'));
      return run(process.execPath, [join(installed, 'bin/rpc-gateway.js'), name, '--config', conf]);
    };

    it.each(['check', 'start'])('%s names what to install, if the configuration needs it', async (name) => {
      const failure = await command(name, 'tracing.otlp.endpoint = http://127.0.0.1:9').catch((e) => e);
      expect(failure).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(
          /npm install @opentelemetry\/sdk-trace-node @opentelemetry\/exporter-trace-otlp-proto @opentelemetry\/resources$/m,
        ),
      });
    });

    it('check is content if the configuration does not need them', async () => {
      expect((await command('check', 'log.level = warn')).stdout).toContain('is fine');
    });
  });

  it('names in each example what else the example needs', () => {
    for (const name of readdirSync(join(installed, 'examples/node'))) {
      const text = readFileSync(join(installed, 'examples/node', name), 'utf8');
      const needs = [...text.matchAll(/from '([^.'][^']*)'/g)].map((match) => match[1]!);
      for (const need of needs.filter((one) => one !== 'wamp-rpc-gateway' && !one.startsWith('node:'))) {
        expect(text, `${name} needs ${need}`).toContain(`npm install ${need}`);
      }
    }
  });

  it('exports the types of all parameters and results of its functions', async () => {
    const source = `import {
  createGateway, loadConfig, previewRequest,
  type Gateway, type GatewayOptions, type ListenerConfig, type LoadedConfig, type Preview, type ProcedureConfig,
  type RealmSecurity, type SecurityConfig, type ServiceConfig,
} from 'wamp-rpc-gateway';
const config: LoadedConfig = loadConfig('bondy.conf', { env: {} });
const service: ServiceConfig | undefined = config.services[0];
const procedure: ProcedureConfig | undefined = service?.procedures[0];
const listener: ListenerConfig | undefined = config.listeners[0];
const security: SecurityConfig = config.security;
const realm: RealmSecurity | undefined = security.realms.get('r');
const options: GatewayOptions = {};
const gateway: Gateway = createGateway(config, options);
const preview: Preview = previewRequest(config, 'com.x', undefined, {});
export const uri: string | undefined = procedure?.settings.uri;
export { gateway, listener, preview, realm };
`;
    const file = folder.write('program.mts', source);
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const flags = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--moduleResolution',
      'nodenext',
      '--types',
      'node',
      '--target',
      'es2023',
    ];
    const { stdout } = await run(process.execPath, [tsc, ...flags, '--skipLibCheck', file], {
      cwd: folder.path,
    }).catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
  });
});
