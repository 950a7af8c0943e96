import { describe, expect, it } from 'vitest';
import { readDocument } from '../support/documents.js';

describe('links in the documents', () => {
  it.each([
    'README.md',
    'CONTRIBUTING.md',
    'docs/ERRORS.md',
    'docs/LIFE-OF-A-CALL.md',
    'docs/OPERATIONS.md',
    'docs/OVERVIEW.md',
    'docs/SECURITY.md',
  ])('of %s lead somewhere', (path) => {
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
    const links = [...readDocument(path).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map((match) => match[1]!);
    for (const link of links.filter((target) => !target.startsWith('http'))) {
      expect(() => readDocument(`${folder}${link}`), `${path} → ${link}`).not.toThrow();
    }
  });
});
