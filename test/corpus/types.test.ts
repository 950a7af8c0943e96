import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../support/command.js';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { diagnosticsOf } from '../support/typescript.js';

const CORPUS = process.env['OPENAPI_CORPUS'];
if (CORPUS === undefined) console.warn('skipped: OPENAPI_CORPUS names no folder with OpenAPI documents');

/** The documents: those in the folder, and the only one of a sub-folder's `specification`. */
const DOCUMENTS = (CORPUS === undefined ? [] : readdirSync(CORPUS, { withFileTypes: true })).flatMap(
  (entry) => {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isDirectory()) return /\.(?:json|yaml)$/.test(path) ? [path] : [];
    const inner = join(path, 'specification');
    return readdirSync(inner)
      .filter((name) => /^[A-Z].*\.yaml$/.test(name))
      .map((name) => join(inner, name));
  },
);

describe.skipIf(CORPUS === undefined)('the types of real documents', () => {
  let folder: TemporaryFolder;
  beforeAll(() => {
    folder = createTemporaryFolder();
  });
  afterAll(() => folder.remove());

  async function typesOf(
    document: string,
    more: string,
  ): Promise<{ code: number; out: string; err: string }> {
    const config = folder.write(
      'bondy.conf',
      `rpc_gateway.services.api.base_url = https://api.example.com
rpc_gateway.services.api.openapi.file = ${document}
rpc_gateway.services.api.openapi.realm = realm1
${more}`,
    );
    const command = runCommand(['types', '--config', config]);
    return { code: await command.ended, out: command.out(), err: command.err() };
  }

  it.each(DOCUMENTS.map((document) => [basename(document), document]))(
    'compile: %s',
    async (_name, document) => {
      // Some documents give two operations the same operationId.
      const first = await typesOf(document, '');
      const { code, out, err } =
        first.code === 0
          ? first
          : await typesOf(document, 'rpc_gateway.services.api.openapi.naming = path\n');
      expect(err).toBe('');
      expect(code).toBe(0);
      expect(out).toContain('createClient');
      expect(diagnosticsOf({ 'client.ts': out })).toEqual([]);
    },
  );
});
