import { describe, expect, it } from 'vitest';
import { readDocument, tableBelow } from '../support/documents.js';

interface ImportRule {
  readonly comment?: string;
}

describe('docs/overview.md', () => {
  it('holds the same arrows as the import rules', async () => {
    const path = '../../.dependency-cruiser.mjs';
    const rules = (await import(path)) as { default: { forbidden: ImportRule[] } };
    const arrows = rules.default.forbidden.flatMap(({ comment }) => {
      const match = /^src\/(\S+) may import only: (.*)$/.exec(comment ?? '');
      return match === null ? [] : [[match[1], match[2]]];
    });
    expect(arrows.length).toBeGreaterThan(5);
    expect(tableBelow(readDocument('docs/overview.md'), '## Who may import whom')).toEqual(arrows);
  });
});
