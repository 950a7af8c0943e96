import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPythonWithMypy } from '../interop/python.js';
import { runCommand } from '../support/command.js';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { diagnosticsOf } from '../support/typescript.js';
import { CORPUS, DOCUMENTS } from './documents.js';

const run = promisify(execFile);

describe.skipIf(CORPUS === undefined)('the types of real documents', () => {
  let folder: TemporaryFolder;
  beforeAll(() => {
    folder = createTemporaryFolder();
  });
  afterAll(() => folder.remove());

  interface Printed {
    readonly code: number;
    readonly out: string;
    readonly err: string;
  }

  async function print(document: string, words: readonly string[], more = ''): Promise<Printed> {
    const config = folder.write(
      'bondy.conf',
      `rpc_gateway.services.api.base_url = https://api.example.com
rpc_gateway.services.api.openapi.file = ${document}
rpc_gateway.services.api.openapi.realm = realm1
${more}`,
    );
    const command = runCommand(['types', ...words, '--config', config]);
    return { code: await command.ended, out: command.out(), err: command.err() };
  }

  async function typesOf(document: string, ...words: readonly string[]): Promise<string> {
    const first = await print(document, words);
    // Some documents give two operations the same operationId.
    const { code, out, err } =
      first.code === 0
        ? first
        : await print(document, words, 'rpc_gateway.services.api.openapi.naming = path\n');
    expect(err).toBe('');
    expect(code).toBe(0);
    return out;
  }

  it.each(DOCUMENTS)('compile in TypeScript: $name', async ({ path }) => {
    const client = await typesOf(path);
    expect(client).toContain('createClient');
    expect(diagnosticsOf({ 'client.ts': client })).toEqual([]);
  });

  it('pass mypy in Python', async ({ skip }) => {
    const python = await findPythonWithMypy();
    if (python === undefined) return skip();
    const files: string[] = [];
    for (const { path } of DOCUMENTS) {
      const name = `client_${files.length}.py`;
      folder.write(name, await typesOf(path, '--python'));
      files.push(name);
    }
    const checked = await run(python, ['-m', 'mypy', '--strict', ...files], { cwd: folder.path });
    expect(checked.stdout).toContain(`no issues found in ${files.length} source files`);
  });
});
