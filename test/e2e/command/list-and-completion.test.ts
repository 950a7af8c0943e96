import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../../support/command.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const DEMO = join(ROOT, 'examples/demo.conf');

let folder: TemporaryFolder;
beforeEach(() => {
  folder = createTemporaryFolder();
});
afterEach(() => folder.remove());

const output = async (...words: string[]): Promise<string> => {
  const command = runCommand(words);
  expect(await command.ended).toBe(0);
  return command.out();
};

describe('rpc-gateway list', () => {
  it('prints the procedures of a configuration, in columns', async () => {
    expect(await output('list', '--config', DEMO)).toBe(
      `PROCEDURE                   METHOD  PATH              REALM
com.billing.get_invoice     GET     /invoices/{{id}}  com.example.myrealm
com.billing.delete_invoice  DELETE  /invoices/{{id}}  com.example.myrealm
com.billing.update_invoice  PATCH   /invoices/{{id}}  com.example.myrealm
com.billing.create_invoice  POST    /invoices         com.example.myrealm
`,
    );
  });

  it('prints the procedures as one line of JSON', async () => {
    const text = await output('list', '--config', DEMO, '--json');
    expect(JSON.parse(text)[0]).toEqual({
      uri: 'com.billing.get_invoice',
      realm: 'com.example.myrealm',
      method: 'get',
      path: '/invoices/{{id}}',
      service: 'billing',
    });
    expect(text.split('\n').length).toBe(2);
  });

  it('hides a literal query, which may contain a key', async () => {
    const procedure = 'rpc_gateway.services.a.procedures.p';
    const file = folder.write(
      'bondy.conf',
      `rpc_gateway.services.a.base_url = http://127.0.0.1:9
${procedure}.uri = com.a.p
${procedure}.realm = r
${procedure}.path = /x?api_key=sw0rdfish
`,
    );
    for (const json of [[], ['--json']]) {
      const text = await output('list', '--config', file, ...json);
      expect(text).toContain('/x?…');
      expect(text).not.toContain('sw0rdfish');
    }
  });

  it('hides text that comes from the environment', async () => {
    const procedure = 'rpc_gateway.services.a.procedures.p';
    const file = folder.write(
      'bondy.conf',
      `rpc_gateway.services.a.base_url = http://127.0.0.1:9
${procedure}.uri = com.a.p
${procedure}.realm = r
${procedure}.path = /hooks/$${'{KEY}'}/{{id}}
`,
    );
    const command = runCommand(['list', '--config', file], { env: { KEY: 'sw0rdfish' } });
    expect(await command.ended).toBe(0);
    expect(command.out()).toContain('/hooks/***/{{id}}');
  });
});

describe('rpc-gateway completion bash', () => {
  /** What bash offers after these words; the last one is what the user has begun to type. */
  const offered = async (...words: string[]): Promise<string[]> => {
    const script = folder.write('completion.bash', await output('completion', 'bash'));
    const program = folder.write(
      'rpc-gateway',
      `#!/bin/sh\nexec '${process.execPath}' '${ROOT}bin/rpc-gateway.js' "$@"\n`,
    );
    chmodSync(program, 0o755);
    const typed = ['rpc-gateway', ...words].map((word) => `'${word}'`).join(' ');
    const lines = [
      `. '${script}'`,
      `COMP_WORDS=(${typed})`,
      `COMP_CWORD=${words.length}`,
      '_rpc_gateway',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the shell
      'printf "%s\\n" "${COMPREPLY[@]}"',
    ];
    const env = { ...process.env, PATH: `${folder.path}${delimiter}${process.env['PATH']}` };
    return execFileSync('bash', ['-c', lines.join('\n')], { cwd: folder.path, env, encoding: 'utf8' })
      .split('\n')
      .filter((line) => line !== '');
  };

  it('offers commands, options, files and fixed words', async () => {
    expect(await offered('c')).toEqual(['check', 'call', 'completion']);
    expect(await offered('call', 'x', '--priv')).toEqual(['--private-key']);
    expect(await offered('completion', 'f')).toEqual(['fish']);
    folder.write('gateway.conf', '');
    expect(await offered('start', '--config', 'gateway.c')).toEqual(['gateway.conf']);
    expect(await offered('call', 'x', '-c', 'gateway.c')).toEqual(['gateway.conf']);
    expect(await offered('call', 'x', '--realm', '')).toEqual([]);
    expect(await offered('call', 'x', '--authmethod', 'w')).toEqual(['wampcra', 'wamp-scram']);
  });

  it('offers the procedures of ./bondy.conf and executes no text of that file', async () => {
    const procedure = (name: string, uri: string) =>
      `rpc_gateway.services.a.procedures.${name}.uri = ${uri}\nrpc_gateway.services.a.procedures.${name}.realm = r\n`;
    folder.write(
      'bondy.conf',
      `rpc_gateway.services.a.base_url = http://127.0.0.1:9\n${procedure('p', 'com.a.get_it')}${procedure('q', 'com.a.$(true>run)')}`,
    );
    expect(await offered('call', 'com.')).toEqual(['com.a.get_it']);
    expect(() => execFileSync('test', ['-e', join(folder.path, 'run')])).toThrow();
  });
});

describe('rpc-gateway completion zsh', () => {
  it('offers both names of an option and its allowed words', async () => {
    const script = await output('completion', 'zsh');
    expect(script).toContain(
      "check) _arguments '(-c --config)'{-c,--config}'[the configuration file]:file:_files'",
    );
    expect(script).toContain(']:value:(anonymous ticket wampcra wamp-scram cryptosign)');
  });
});
