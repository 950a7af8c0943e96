import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadConfig, parseConfig } from '../../../src/config/load-config.js';
import { readDocument } from '../../support/documents.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

describe('the folder of examples', () => {
  it('contains the configuration of the guide, which is valid', () => {
    const config = loadConfig(`${ROOT}examples/guide.conf`, { env: {} });
    expect(
      config.services.map(({ name, procedures }) => [name, procedures.map(({ settings }) => settings.uri)]),
    ).toEqual([['billing', ['com.billing.get_invoice', 'com.billing.create_invoice']]]);
    expect(config.services[0]?.settings.timeout).toBe(15_000);
  });

  it('contains the OAuth2 section of the guide in the configuration of the demo', () => {
    const section = (path: string) => {
      const [, text = ''] = readDocument(path).split('## Token acquisition');
      const [auth = ''] = text.split('## Where WAMP clients connect');
      return auth.split('\n').filter((line) => line !== '');
    };
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the file
    const host = '${IDP_URL:-https://idp.example.com}';
    const ofDemo = section('examples/demo.conf').map((line) => line.replace(host, 'https://idp.example.com'));
    expect(ofDemo.length).toBe(18);
    expect(ofDemo).toEqual(section('examples/guide.conf'));
  });

  it('has only valid configurations in the README', () => {
    const blocks = [...readDocument('README.md').matchAll(/^```ini\n(.*?)^```$/gms)].map(
      (match) => match[1]!,
    );
    expect(blocks.length).toBe(1);
    for (const block of blocks) expect(parseConfig(block, { env: {} }).notices).toEqual([]);
  });

  it('runs the gateway inside another program (examples/node/embed.js)', async () => {
    const program = spawn(process.execPath, ['examples/node/embed.js', 'examples/demo.conf'], {
      cwd: ROOT,
      env: { ...process.env, DEMO_PORT: '0', DEMO_ADMIN_PORT: '0' },
    });
    let printed = '';
    program.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.endsWith('/ws\n')) program.kill('SIGINT');
    });
    const [code] = await once(program, 'close');
    expect(printed).toMatch(/^4 procedures at ws:\/\/127\.0\.0\.1:\d+\/ws\nstopped\n$/);
    expect(code).toBe(0);
  });
});
