import { describe, expect, it } from 'vitest';
import { readDocument } from '../support/documents.js';

describe('links in the documents', () => {
  const DOCUMENTS = [
    'README.md',
    'CONTRIBUTING.md',
    'deploy/README.md',
    'docs/README.md',
    'docs/api.md',
    'docs/authentication.md',
    'docs/errors.md',
    'docs/life-of-a-call.md',
    'docs/operations.md',
    'docs/overview.md',
    'docs/realms.md',
    'docs/reference/metrics.md',
    'docs/runbooks.md',
    'docs/scale-out.md',
    'docs/security.md',
    'docs/bondy.md',
    'docs/calling.md',
    'docs/guide.md',
    'docs/performance.md',
    'docs/wamp.md',
  ];

  it.each(DOCUMENTS)('of %s lead somewhere', (path) => {
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
    const links = [...readDocument(path).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map((match) => match[1]!);
    for (const link of links.filter((target) => !target.startsWith('http'))) {
      expect(() => readDocument(`${folder}${link}`), `${path} → ${link}`).not.toThrow();
    }
  });

  it.each(DOCUMENTS)('and files that %s names are there', (path) => {
    const files = [...readDocument(path).matchAll(/`((?:src|test|docs|examples|bin)\/[\w./-]+\.\w+)`/g)];
    // NAME stands for a file that the reader is about to write.
    const named = files.map((match) => match[1]!).filter((file) => !file.includes('NAME'));
    for (const file of named) expect(() => readDocument(file), `${path} → ${file}`).not.toThrow();
  });

  it.each(DOCUMENTS)('within %s lead to a heading', (path) => {
    const markdown = readDocument(path);
    // As GitHub makes them of headings. Equal ones get a number.
    const seen = new Map<string, number>();
    const anchors = [...markdown.matchAll(/^#+ (.*)$/gm)].map((match) => {
      const anchor = match[1]!
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-');
      const count = seen.get(anchor) ?? 0;
      seen.set(anchor, count + 1);
      return count === 0 ? anchor : `${anchor}-${count}`;
    });
    anchors.push(...[...markdown.matchAll(/<a id="([^"]+)">/g)].map((match) => match[1]!));
    // The generated page has anchors of its own.
    anchors.push(...[...markdown.matchAll(/<a id="([^"]+)">/g)].map((match) => match[1]!));
    const targets = [...markdown.matchAll(/\]\(#([^)]+)\)/g)].map((match) => match[1]!);
    expect(anchors).toEqual(expect.arrayContaining(targets));
  });
});
