import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../support/command.js';
import { readDocument } from '../support/documents.js';
import { iniBlocks } from '../support/ini-blocks.js';
import { blockBelow } from '../support/markdown-blocks.js';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const DOCUMENT = readDocument('docs/openapi.md');
const FIRST = 'From a document to procedures';
const IMPORTED = blockBelow(DOCUMENT, 'Write procedures by hand', 'ini');
const [CONF, ...OTHERS] = iniBlocks(DOCUMENT)
  .map(({ text }) => text)
  .filter((text) => text !== IMPORTED);

let folder: TemporaryFolder;
beforeAll(() => {
  folder = createTemporaryFolder();
  folder.write('billing.yaml', blockBelow(DOCUMENT, FIRST, 'yaml'));
});
afterAll(() => folder.remove());

async function run(conf: string, ...words: readonly string[]): Promise<{ out: string; err: string }> {
  const command = runCommand([...words, '--config', folder.write('bondy.conf', conf)]);
  await command.ended;
  return { out: command.out(), err: command.err() };
}

describe('docs/openapi.md', () => {
  it('shows the procedures of its document', async () => {
    expect((await run(CONF!, 'list')).out).toBe(blockBelow(DOCUMENT, FIRST, 'text'));
  });

  it.each([0, 1])('shows the request of call %i, or why there is none', async (index) => {
    const command = blockBelow(DOCUMENT, FIRST, 'sh', index).trim().split(' ').slice(1);
    const { out, err } = await run(CONF!, ...command);
    expect(out + err).toBe(blockBelow(DOCUMENT, FIRST, 'text', index + 1));
  });

  it.each(OTHERS)('has lines that check accepts beside the first ones: %s', async (lines) => {
    const { out, err } = await run(`${CONF}${lines}`, 'check');
    expect(out).toContain('3 of 3 operations of billing.yaml');
    expect(err.split('\n').filter((line) => !/matches no operation|^$/.test(line))).toEqual([]);
  });

  it('shows what import prints, and check accepts it', async () => {
    const [, words = ''] = /`rpc-gateway (import .*?)`:$/m.exec(DOCUMENT) ?? [];
    const [name, ...rest] = words.split(' ').slice(1);
    const command = runCommand(['import', join(folder.path, name ?? ''), ...rest]);
    expect(await command.ended).toBe(0);
    expect(command.out().replaceAll(`${folder.path}/`, '')).toBe(IMPORTED);
    const { out, err } = await run(IMPORTED, 'check');
    expect(out).toContain('is fine: 1 service, 3 procedures, 1 realm');
    expect(err).toBe('');
  });
});
