import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readDocument, tableBelow } from '../support/documents.js';

interface ImportRule {
  readonly comment?: string;
}

/** What the rules say of each room, by the words between the room's name and its list. */
async function importRules(words: string): Promise<(string | undefined)[][]> {
  const path = '../../.dependency-cruiser.mjs';
  const rules = (await import(path)) as { default: { forbidden: ImportRule[] } };
  return rules.default.forbidden.flatMap(({ comment }) => {
    const match = new RegExp(`^src/(\\S+) ${words}: (.*)$`).exec(comment ?? '');
    return match === null ? [] : [[match[1], match[2]]];
  });
}

describe('docs/overview.md', () => {
  it('has the same table of rooms as the import rules', async () => {
    const rules = await importRules('may import only');
    expect(rules.length).toBeGreaterThan(5);
    expect(tableBelow(readDocument('docs/overview.md'), '## Who may import whom')).toEqual(rules);
  });

  it('has the same table of sub-folders as the import rules', async () => {
    const rules = await importRules('must not import');
    expect(rules.length).toBeGreaterThan(5);
    expect(tableBelow(readDocument('docs/overview.md'), '### Inside a room')).toEqual(rules);
  });

  it('names every room and sub-folder of src', () => {
    const root = fileURLToPath(new URL('../../src/', import.meta.url));
    const folders = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)));
    const overview = readDocument('docs/overview.md');
    expect(folders.filter((folder) => !overview.includes(`\`src/${folder}/\``))).toEqual([]);
  });

  it('names every file that stands at the top of src', () => {
    const root = fileURLToPath(new URL('../../src/', import.meta.url));
    const files = readdirSync(root).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
    const overview = readDocument('docs/overview.md');
    expect(files.filter((file) => !overview.includes(`\`src/${file}\``))).toEqual([]);
  });
});
