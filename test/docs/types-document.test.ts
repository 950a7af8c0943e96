import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../support/command.js';
import { readDocument } from '../support/documents.js';
import { blockBelow } from '../support/markdown-blocks.js';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { diagnosticsOf } from '../support/typescript.js';

const DOCUMENT = readDocument('docs/types.md');
const FIRST = 'From a document to a client';
const CALLS = 'Call procedures';

let folder: TemporaryFolder;
beforeAll(() => {
  folder = createTemporaryFolder();
  folder.write('billing.yaml', blockBelow(DOCUMENT, FIRST, 'yaml'));
});
afterAll(() => folder.remove());

async function generated(): Promise<string> {
  const config = folder.write('bondy.conf', blockBelow(DOCUMENT, FIRST, 'ini'));
  const command = runCommand(['types', '--config', config]);
  await command.ended;
  return command.out();
}

describe('docs/types.md', () => {
  it('shows the types of its document', async () => {
    expect(await generated()).toContain(blockBelow(DOCUMENT, FIRST, 'ts'));
  });

  it('shows a program that compiles, and mistakes that do not', async () => {
    const program = `${blockBelow(DOCUMENT, CALLS, 'ts')}${blockBelow(DOCUMENT, CALLS, 'ts', 1)}`;
    const files = { 'billing.ts': await generated(), 'main.ts': program };
    expect(diagnosticsOf(files, { lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'] })).toEqual([]);
  });
});
